"""Every error that IOP raises on purpose.

IopError
├── Unfit                   a value that does not fit, told to whoever reads it: a validator of pydantic
├── InvalidInput            the caller can mend it; a rerun of the same input cannot help
│   ├── InvalidDeclaration  a dataset, model or template file is wrong
│   ├── InvalidQuery        a query_config names what does not exist or is not allowed
│   ├── InvalidEvent        a message is no event of the contract
│   └── InvalidFrame        rows break the schema of the model that reads or writes them
├── NotFound                a name, version or id that is not there
├── Conflict                the thing exists, or its state forbids the change
│   └── Contended           others change the same right now; nothing was changed, a rerun can help
├── NotSignedIn             nobody is signed in, or what was shown does not prove who asks
├── NotAllowed              who asks is known, and may not
├── TooManyAttempts         refused for a while; a rerun after `retry_after_s` can help
├── DeliveryRefused         more of a delivery is refused than may be; who accepts it takes the rest
├── SeriesTooShort          too few points for the method; more data mends it
├── NotFitted               a series that a method finds no fit of, or none in its time
├── Unforeseen              a long table of a PDF is not laid out as its rows were foreseen; WeasyPrint lays out all
├── MissingDependency       a library or font of the system is absent; the message has the command
├── MisconfiguredInstance   settings that contradict each other or name what is not there
└── Unavailable             a database, broker or store does not answer; a rerun can help

Each is raised with a code of `domain.sentences` and a value for each of its placeholders, or with a sentence that is
there already: `NotFound("model.not_found", id=7)`. Sentences name the thing, the value and the accepted range.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from iop_pipelines.domain.sentences import Sentence


class IopError(Exception):
    """Base of all; `retryable` says whether running again without a change can help.

    said: a code, whose values follow by name, or a sentence.
    """

    retryable = False

    def __init__(self, said: str | Sentence, /, **values: object) -> None:
        self.sentence = said if isinstance(said, Sentence) else Sentence(said, **values)
        super().__init__(str(self.told))

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process that it is handed to has its sentence, and what a class of it adds.
        return _as_it_was, (type(self), self.args, self.__dict__)

    @property
    def told(self) -> Sentence:
        """All that is to tell of it."""
        return self.sentence


def _as_it_was(kind: type[IopError], args: tuple[Any, ...], state: dict[str, Any]) -> IopError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class Unfit(IopError, ValueError):
    pass


class InvalidInput(IopError):
    """`field` is the path of the offending value, such as `config.params.window`; `sentence` is without it.

    issues: (path, sentence) of everything that is wrong, where that is more than this one thing.
    """

    def __init__(
        self,
        said: str | Sentence,
        /,
        field: str | None = None,
        issues: Sequence[tuple[str, Sentence]] = (),
        **values: object,
    ) -> None:
        self.field = field
        self.issues = tuple(issues)
        super().__init__(said, **values)

    @property
    def told(self) -> Sentence:
        return self.sentence.at(self.field)

    def under(self, path: str) -> Self:
        """The same said of a part: its field's path begins with `path`."""
        issues = [(f"{path}.{field}", said) for field, said in self.issues]
        return type(self)(self.sentence, f"{path}.{self.field}" if self.field else path, issues)


class InvalidDeclaration(InvalidInput):
    pass


class InvalidQuery(InvalidInput):
    pass


class InvalidEvent(InvalidInput):
    pass


class InvalidFrame(InvalidInput):
    pass


class NotFound(IopError):
    pass


class Conflict(IopError):
    """`current` is what is there instead, under the names of the columns, for whoever must decide anew."""

    def __init__(
        self,
        said: str | Sentence,
        /,
        current: Mapping[str, Any] | None = None,
        **values: object,
    ) -> None:
        super().__init__(said, **values)
        self.current = current


class Contended(Conflict):
    retryable = True


class NotSignedIn(IopError):
    pass


class NotAllowed(IopError):
    pass


class TooManyAttempts(IopError):
    retryable = True

    def __init__(self, said: str | Sentence, /, retry_after_s: int, **values: object) -> None:
        super().__init__(said, **values)
        self.retry_after_s = retry_after_s


class DeliveryRefused(IopError):
    pass


class SeriesTooShort(IopError):
    pass


class NotFitted(IopError):
    pass


class Unforeseen(IopError):
    pass


class MissingDependency(IopError):
    pass


class MisconfiguredInstance(IopError):
    pass


class Unavailable(IopError):
    retryable = True
