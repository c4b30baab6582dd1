"""Logos, colours and papers, taken and refused: the tables of cases/brands.yaml."""

import io
import json
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml
from pypdf import PdfReader

from iop_pipelines.errors import InvalidInput, InvalidQuery, MisconfiguredInstance
from iop_pipelines.query.brand import contrast_with_white
from iop_pipelines.query.config import parse_config
from iop_pipelines.reporting.brand import Brand, brand_of, check_logo
from iop_pipelines.reporting.document import render_pdf
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.settings import Settings

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "brands.yaml").read_text("utf-8"))
HEADING = Heading("Executive summary")


def _config(configured, brand: dict[str, Any], **outputs: Any) -> Any:
    said = configured(pdf={"tables": ["detail"], **outputs})
    return parse_config(
        {**said.model_dump(mode="json", by_alias=True, exclude_unset=True), "brand": brand}
    )


def _settings(folder: Path | None) -> Settings:
    return cast(Settings, SimpleNamespace(brand_folder=folder and str(folder)))


@pytest.mark.parametrize("case", CASES["colours"], ids=lambda case: case["colour"])
def test_a_colour_must_be_read_on_white(configured, case: dict[str, Any]) -> None:
    if "contrast" in case:
        assert contrast_with_white(case["colour"]) == pytest.approx(case["contrast"], abs=0.005)
    if "refused" not in case:
        assert _config(configured, {"colour": case["colour"]}).brand.colour == case["colour"]
        return
    with pytest.raises(InvalidQuery) as refused:
        _config(configured, {"ink": case["colour"]})
    assert refused.value.field == "brand.ink"
    assert case["refused"] in str(refused.value)


def _content(case: dict[str, Any]) -> tuple[str, bytes]:
    if "pixels" in case:
        head = struct.pack(">I4sII", 13, b"IHDR", *case["pixels"])
        return "logo.png", b"\x89PNG\r\n\x1a\n" + head
    if "png" in case:
        return "logo.png", case["png"].encode() * 10
    if "tens" in case:
        tens = [f"<use href='#a{n}'/>" * 10 for n in range(case["tens"])]
        parts = [f"<g id='a{n}'>{each}</g>" for n, each in enumerate(tens, 1)]
        drawn = f"<path id='a0' d='M0 0h4'/>{''.join(parts)}"
        return "logo.svg", f"<svg xmlns='http://www.w3.org/2000/svg'>{drawn}</svg>".encode()
    text = case.get("svg", "").replace("TITLE", "a" * case.get("times", 0))
    return "logo.svg", text.encode()


@pytest.mark.parametrize("case", CASES["logos"], ids=lambda case: case["situation"])
def test_a_logo_is_a_plain_picture_of_the_folder(configured, tmp_path: Path, case) -> None:
    name, content = _content(case)
    if not case.get("missing"):
        (tmp_path / name).write_bytes(content)
    config = _config(configured, {"logo": name})
    if "says" not in case:
        found = brand_of(config, _settings(tmp_path)).logo
        assert found is not None
        check_logo(config, _settings(tmp_path))
        assert found.startswith("data:image/svg+xml;base64,")
        return
    with pytest.raises(InvalidInput) as refused:
        brand_of(config, _settings(tmp_path))
    assert case["says"] in str(refused.value)
    with pytest.raises(InvalidQuery) as unsaved:
        check_logo(config, _settings(tmp_path))
    assert unsaved.value.told == refused.value.told
    (tmp_path / "brand.json").write_text(json.dumps({"logo": name}))
    with pytest.raises(MisconfiguredInstance, match=r"brand\.json in IOP_BRAND_FOLDER"):
        brand_of(_config(configured, {}), _settings(tmp_path))


def test_a_template_goes_before_the_instance(configured, tmp_path: Path) -> None:
    general = {"colour": "#aa0000", "ink": "#003300", "paper": "Letter"}
    (tmp_path / "brand.json").write_text(json.dumps(general))
    own = _config(configured, {"colour": "#0000aa"})
    assert brand_of(own, _settings(tmp_path)) == Brand(None, "#0000aa", "#003300", "Letter")
    assert brand_of(own, _settings(None)) == Brand(None, "#0000aa", None, "A4")
    (tmp_path / "brand.json").write_text('{"color": "#aa0000"}')
    with pytest.raises(MisconfiguredInstance, match="color"):
        brand_of(own, _settings(tmp_path))


@pytest.mark.pdf
@pytest.mark.parametrize("turned", ["portrait", "landscape"])
@pytest.mark.parametrize("case", CASES["papers"], ids=lambda case: case["paper"])
def test_a_page_is_as_large_as_its_paper_and_has_the_logo(
    pdf_libraries, frozen, configured, tmp_path: Path, case, turned: str
) -> None:
    (tmp_path / "logo.svg").write_text(CASES["logos"][0]["svg"])
    brand = {"logo": "logo.svg", "colour": "#7a1f5c", "ink": "#123456", "paper": case["paper"]}
    config = _config(configured, brand, orientation=turned)
    printed = render_pdf(HEADING, config, frozen, brand_of(config, _settings(tmp_path)))
    assert printed.faults == ()
    pages = PdfReader(io.BytesIO(printed.content)).pages
    sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages}
    assert sizes == {tuple(case[turned])}
    # The colours of the brand: #123456 is 0.07 0.2 0.34.
    drawn = pages[0].get_contents()
    assert drawn is not None
    assert b"0.07" in drawn.get_data()
