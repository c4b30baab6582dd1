"""What a dataset is to IOP: typed fields, the steps that prepare it, and its measures.

A declaration is the trust boundary of every query: only the fields and measures named here can be
asked for.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from iop_pipelines.errors import Unfit

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
FieldType = Literal["string", "integer", "number", "boolean", "date", "datetime"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FieldSpec(_Frozen):
    """One column of the prepared rows; `unit` is printed beside numbers ("min", "%", "flights")."""

    type: FieldType
    label: str | None = None
    unit: str | None = None
    nullable: bool = True


class Sum(_Frozen):
    kind: Literal["sum"]
    field: Name
    unit: str | None = None
    label: str | None = None


class Mean(_Frozen):
    kind: Literal["mean"]
    field: Name
    unit: str | None = None
    label: str | None = None


class Count(_Frozen):
    kind: Literal["count"]
    unit: str | None = "rows"
    label: str | None = None


class Min(_Frozen):
    kind: Literal["min"]
    field: Name
    unit: str | None = None
    label: str | None = None


class Max(_Frozen):
    kind: Literal["max"]
    field: Name
    unit: str | None = None
    label: str | None = None


class Ratio(_Frozen):
    """scale · Σ numerator / Σ denominator over the rows where both are not NULL; NULL where the
    denominator's sum is 0."""

    kind: Literal["ratio"]
    numerator: Name
    denominator: Name
    scale: float = 1.0
    unit: str | None = None
    label: str | None = None


class WeightedMean(_Frozen):
    """Σ field·weight / Σ weight over the rows where field is not NULL."""

    kind: Literal["weighted_mean"]
    field: Name
    weight: Name
    unit: str | None = None
    label: str | None = None


Measure = Annotated[
    Sum | Mean | Count | Min | Max | Ratio | WeightedMean, Field(discriminator="kind")
]


def words_of(name: str) -> str:
    """`dep_delay` as `Dep delay`."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


class DatasetDeclaration(_Frozen):
    """How DRM's rows of `source` become prepared rows.

    `time` is the field that says when a row is true, in local time of `time_zone`; `freq` is its
    step ("D" or "h"), None for events without one. `key` makes a row unique together with nothing
    else. `steps` are validated by `iop_pipelines.transform`.
    """

    name: Name
    version: Annotated[int, Field(ge=1)] = 1
    description: str = ""
    source: Name
    time: Name
    freq: Literal["h", "D", "W", "MS"] | None
    time_zone: str = "UTC"
    key: tuple[Name, ...]
    fields: dict[Name, FieldSpec]
    steps: tuple[dict[str, Any], ...] = ()
    measures: dict[Name, Measure] = {}

    @model_validator(mode="after")
    def _names_exist(self) -> "DatasetDeclaration":
        for name in (self.time, *self.key):
            if name not in self.fields:
                raise Unfit("field.not_declared", name=name, known=sorted(self.fields))
        for label, measure in self.measures.items():
            for role in ("field", "weight", "numerator", "denominator"):
                name = getattr(measure, role, None)
                if name is not None and name not in self.fields:
                    raise Unfit(
                        "measure.no_such_field", place=f"measures.{label}.{role}", name=name
                    )
        return self

    def measure_label(self, name: str) -> str:
        """What people call a measure: its own label, else that of the field of its name, else the name."""
        own = self.measures[name].label if name in self.measures else None
        of_field = self.fields[name].label if name in self.fields else None
        return own or of_field or words_of(name)
