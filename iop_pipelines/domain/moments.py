"""What time it is, by the wall clock; business time, which may be a replay's, is `drm.clock`."""

from datetime import UTC, datetime


def wall_clock() -> datetime:
    """Naive UTC, never a replay's: tokens, limits and the audit trail follow real time."""
    return datetime.now(UTC).replace(tzinfo=None)


def utc_now() -> datetime:
    """`wall_clock` in whole seconds, as the ledger's TIMESTAMP columns have it."""
    return wall_clock().replace(microsecond=0)
