"""What a template says of its reports besides what they show: how long they wait, and what becomes of those that
are late, empty, fail, or show what was delivered again since."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Empty, Misfire, Reissue
from iop_pipelines.errors import Unfit

# A slot that a tick meets so much later than it was due has been missed.
MISFIRE_GRACE = timedelta(minutes=10)
LONGEST_WAIT = timedelta(days=7)
LONGEST_JITTER = timedelta(hours=2)
# Of failures one after the other, until a schedule is paused.
PAUSE_AFTER = 5
_SPAN = re.compile(r"\A(\d{1,5})\s*(m|min|h|d)\Z")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}


def span_of(text: str) -> timedelta:
    """`30m`, `6h` or `2d`, as `_within` has checked it."""
    match = _SPAN.match(text)
    if match is None:
        raise Unfit("span.unknown", given=text[:40])
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _within(longest: timedelta, most: str) -> AfterValidator:
    def check(text: str) -> str:
        plain = "".join(text.lower().split())
        if not timedelta(minutes=1) <= span_of(plain) <= longest:
            raise Unfit("span.out_of_range", given=text, most=most)
        return plain.replace("min", "m")

    return AfterValidator(check)


def _as_word(value: object) -> object:
    """`tell owner` as `tell_owner`: capitals and blanks say nothing."""
    return "_".join(value.lower().split()) if isinstance(value, str) else value


Wait = Annotated[str, Field(max_length=16), _within(LONGEST_WAIT, "7d")]
Jitter = Annotated[str, Field(max_length=16), _within(LONGEST_JITTER, "2h")]
AsWord = BeforeValidator(_as_word)
PauseAfter = Annotated[int, Field(ge=1, le=100)]


class Policy(BaseModel):
    """
    Attributes:
        wait: how long a due report waits for deliveries that its period lacks, at most; None: not at all.
        reissue: what is done when data that a report showed is delivered once more.
        empty: whom a report without a row is sent to.
        misfire: which of the slots are made up that came while nobody looked.
        jitter: up to how much later than its slot a report is made, so that many do not begin at once.
        pause_after: how many reports in a row fail before the schedule is paused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    wait: Wait | None = None
    reissue: Annotated[Reissue, AsWord] = Reissue.OFFER
    empty: Annotated[Empty, AsWord] = Empty.SEND
    misfire: Annotated[Misfire, AsWord] = Misfire.LATEST
    jitter: Jitter | None = None
    pause_after: PauseAfter = PAUSE_AFTER

    def waits_until(self, slot: datetime) -> datetime | None:
        """So many hours after the slot, however clocks turn meanwhile."""
        return None if self.wait is None else slot + span_of(self.wait)

    def delay(self, template_id: int, slot: datetime) -> timedelta:
        """The same whenever it is asked, and another for each template and slot."""
        if self.jitter is None:
            return timedelta(0)
        most = int(span_of(self.jitter).total_seconds())
        drawn = int.from_bytes(sha256(f"{template_id}|{slot.isoformat()}".encode()).digest()[:8])
        return timedelta(seconds=drawn % (most + 1))


@dataclass(frozen=True)
class Due:
    """`slots` are to be made, `passed_over` are not; both oldest first."""

    slots: list[datetime]
    passed_over: list[datetime]

    @property
    def said(self) -> Sentence | None:
        if not self.passed_over:
            return None
        ends = (self.passed_over[0], self.passed_over[-1])
        first, last = (f"{each:%Y-%m-%d %H:%M}" for each in ends)
        return Sentence("slots.passed_over", count=len(self.passed_over), first=first, last=last)


def due_by(misfire: Misfire, slots: Sequence[datetime], now: datetime) -> Due:
    """Those that have come since somebody looked last, parted by the policy: what is in time is always made."""
    late = [slot for slot in slots if now - slot > MISFIRE_GRACE]
    in_time = list(slots[len(late) :])
    if misfire is Misfire.ALL:
        made = late
    elif misfire is Misfire.LATEST and not in_time:
        made = late[-1:]
    else:
        made = []
    return Due([*made, *in_time], late[: len(late) - len(made)])
