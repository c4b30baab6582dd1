import re

import pytest

from iop_pipelines.errors import InvalidInput
from iop_pipelines.registry.keys import id_of, key, model_key, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("delay-trend", "12.delay-trend@v1.0.0"),
        ("Délai à l'arrivée", "12.delai-a-l-arrivee@v1.0.0"),
        ("予測", "12.unnamed@v1.0.0"),
        ("A" * 300, "12." + "a" * 54 + "@v1.0.0"),
    ],
)
def test_a_model_key_has_id_slug_and_version(name, expected):
    assert model_key(12, name, "v1.0.0") == expected


@pytest.mark.parametrize("name", ["Model", "café", "x" * 255, "-", "a/b:c d", "ß" * 80, "1" * 64])
@pytest.mark.parametrize("row_id", [1, 2_147_483_647])
@pytest.mark.parametrize("version", ["v1.0.0", "v" + "1" * 30 + ".0.0", "v" + "1" * 60 + ".0"])
def test_keys_keep_to_what_dagster_on_mysql_can_hold_and_lead_back_to_the_id(name, row_id, version):
    for each in (model_key(row_id, name, version), key(row_id, name)):
        assert re.fullmatch(r"[a-z0-9._@-]{1,64}", each)
        assert id_of(each) == row_id


def test_names_that_mysql_collates_alike_have_keys_apart():
    keys = {model_key(i, name, "v1.0.0") for i, name in enumerate(["Café", "cafe", "CAFE"], 1)}
    assert len(keys) == 3
    assert slug("Café") == slug("cafe")


@pytest.mark.parametrize("text", ["", "delay-trend", "0.x", "1", "1.", "1.Upper", "1.a b", "-1.x"])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(InvalidInput, match=re.escape(repr(text))):
        id_of(text)
