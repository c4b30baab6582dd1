"""An error of a process that does a part of the work is told as it was where the work is put together."""

import pickle

import pytest

from iop_pipelines import errors
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import IopError, TooManyAttempts

SAID = Sentence("model.not_found", id=7)
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type)]
OWN = [kind for kind in KINDS if issubclass(kind, IopError)]


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.__name__)
def test_every_error_is_handed_on_with_its_sentence_and_what_it_adds(kind):
    error = kind(SAID, retry_after_s=5) if kind is TooManyAttempts else kind(SAID)
    found = pickle.loads(pickle.dumps(error))
    assert type(found) is kind
    assert (str(found), found.told) == (str(error), SAID)
    assert vars(found) == vars(error)


def test_a_field_and_all_that_is_wrong_are_handed_on():
    error = errors.InvalidInput(SAID, "config.params", [("config.params.window", SAID)])
    found = pickle.loads(pickle.dumps(error))
    assert (found.field, found.issues, found.told) == (error.field, error.issues, error.told)
