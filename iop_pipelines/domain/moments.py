"""What time it is, as the ledger keeps it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Naive UTC of the wall clock in whole seconds, as TIMESTAMP columns have it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
