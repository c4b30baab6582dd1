"""What somebody answered of a file; nothing here loads what reads one, for the API has it too."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from iop_pipelines.intake.moments import Order
    from iop_pipelines.intake.numerals import Decimal


@dataclass(frozen=True, slots=True)
class Answers:
    """As the options of `iop start`; None is for the file to decide."""

    name: str | None = None
    time: str | None = None
    dates: "Order | None" = None
    decimal: "Decimal | None" = None
    sheet: str | None = None
    encoding: str | None = None
    country: str | None = None

    @classmethod
    def of(cls, told: Mapping[str, str] | None) -> "Answers":
        known = told or {}
        return cls(
            known.get("name"),
            known.get("time"),
            cast("Order | None", known.get("dates")),
            cast("Decimal | None", known.get("decimal")),
            known.get("sheet"),
            known.get("encoding"),
            known.get("country"),
        )

    def told(self) -> dict[str, str]:
        """Those that were given, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}
