"""Moments of a framed table written in full, before anything looks for them: as the first file was, later ones are."""

from collections.abc import Mapping, Sequence

from iop_pipelines.intake.eras import NO_ERAS, with_our_years
from iop_pipelines.intake.framed import Framed
from iop_pipelines.intake.stacked import without_sums_of_periods
from iop_pipelines.intake.yearless import with_years


def with_whole_moments(
    framed: Framed, name: str, known: Sequence[str] = (), eras: Mapping[str, str] = NO_ERAS
) -> Framed:
    """With years as ours and behind each day, and without periods that put others together. name: of the file.

    known: headers of what says when, and eras: header -> how its years are counted, where a reading says so.

    Raises:
        InvalidInput: days without a year leave open which it is.
    """
    return with_years(with_our_years(without_sums_of_periods(framed, known), eras), name)
