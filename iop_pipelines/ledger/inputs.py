"""`inputRef` on the wire: NAME, or dataset:NAME[@DATA_VERSION][?from=…&to=…]."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from iop_pipelines.errors import InvalidInput

_FORM = re.compile(
    r"^(?:dataset:)?(?P<name>[a-z][a-z0-9_]{0,62})(?:@(?P<version>[0-9a-f]{8,64}))?$"
)


@dataclass(frozen=True)
class InputRef:
    """`since` and `until` bound the scored window, half-open, in the dataset's local time."""

    dataset: str
    data_version: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def parse(cls, text: str) -> "InputRef":
        """Raises InvalidInput naming the value and the accepted forms."""
        path, _, query = text.partition("?")
        match = _FORM.match(path)
        options = dict(parse_qsl(query, keep_blank_values=True))
        if match is None or set(options) - {"from", "to"}:
            raise InvalidInput("input_ref.wrong_form", "inputRef", text=text)
        try:
            since, until = (_moment(options.get(name)) for name in ("from", "to"))
        except ValueError as error:
            raise InvalidInput("input_ref.not_dates", "inputRef", text=text) from error
        return cls(match["name"], match["version"], since, until)

    def at(self, data_version: str) -> "InputRef":
        return replace(self, data_version=data_version)

    def __str__(self) -> str:
        text = f"dataset:{self.dataset}"
        if self.data_version:
            text += f"@{self.data_version}"
        bounds = {"from": self.since, "to": self.until}
        options = {name: value.isoformat() for name, value in bounds.items() if value}
        return f"{text}?{urlencode(options)}" if options else text


def window_of(ref: InputRef, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The window to score: the data version's own, unless the reference bounds it.

    Raises InvalidInput if the bounds leave nothing.
    """
    since, until = ref.since or start, ref.until or end
    if since >= until:
        raise InvalidInput("input_ref.from_not_before_to", "inputRef", since=since, until=until)
    return since, until


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError("local time has no offset")
    return moment


A_MOMENT = timedelta(microseconds=1)
