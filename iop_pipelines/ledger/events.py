"""Terminal events: what Dagster's event log says of an execution or a report that has ended.

A success is a materialization of the model's or template's partition. A partition has no failure
event, so a failure is an observation of the same partition with `iop/status: failed`, or `superseded`
for what newer data made needless. All carry the row's id; these events are the truth that the ledger's
rows mirror.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import dagster as dg

from iop_pipelines.domain.sentences import Sentence, read, text_of
from iop_pipelines.domain.vocabulary import ModelType
from iop_pipelines.ledger.work import EXECUTION, REPORT, WorkKind

OUTPUT_ASSETS = {
    ModelType.RULE_BASED: dg.AssetKey("rule_based_output"),
    ModelType.STATISTICAL: dg.AssetKey("statistical_output"),
    ModelType.ML: dg.AssetKey("ml_output"),
}
REPORT_ASSET = dg.AssetKey("report")
KIND_OF_ASSET: dict[dg.AssetKey, WorkKind] = {
    **dict.fromkeys(OUTPUT_ASSETS.values(), EXECUTION),
    REPORT_ASSET: REPORT,
}


@dataclass(frozen=True)
class TerminalEvent:
    """How one item ended. `values` are the columns of its row that the event decides, JSON-ready."""

    kind: WorkKind
    item_id: int
    attempt: int
    is_success: bool
    duration_ms: int
    finished_at: datetime
    run_id: str | None = None
    error: Sentence | None = None
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def is_superseded(self) -> bool:
        """It was never begun, for newer data made it needless; by the contract's words it has failed."""
        return self.values.get("superseded_by") is not None

    @property
    def status(self) -> str:
        return "superseded" if self.is_superseded else "success" if self.is_success else "failed"


def to_dagster(
    event: TerminalEvent,
    asset_key: dg.AssetKey,
    partition: str,
    metadata: Mapping[str, Any] | None = None,
) -> dg.AssetMaterialization | dg.AssetObservation:
    """`metadata` is for people in Dagster's UI; what the ledger needs is added to it."""
    entries: dict[str, Any] = {
        **(metadata or {}),
        # Text, since Dagster's UI plots numbers over time.
        f"iop/{event.kind.name}_id": str(event.item_id),
        "iop/attempt": str(event.attempt),
        "iop/status": event.status,
        "iop/duration_ms": event.duration_ms,
        "iop/finished_at": event.finished_at.isoformat(),
        "iop/values": dg.MetadataValue.json(dict(event.values)),
    }
    if event.is_success:
        return dg.AssetMaterialization(asset_key, partition=partition, metadata=entries)
    if event.error is not None:
        entries["iop/error"] = text_of(event.error)
        entries["iop/said"] = dg.MetadataValue.json(event.error.as_json())
    return dg.AssetObservation(asset_key, partition=partition, metadata=entries)


def from_record(record: dg.EventLogRecord) -> TerminalEvent | None:
    """None for an event that is not one of IOP's, such as a materialization reported by hand."""
    happened = record.asset_materialization or record.event_log_entry.asset_observation
    if happened is None:
        return None
    kind = KIND_OF_ASSET.get(happened.asset_key)
    metadata: dict[str, Any] = {name: entry.value for name, entry in happened.metadata.items()}
    if kind is None or f"iop/{kind.name}_id" not in metadata:
        return None
    return TerminalEvent(
        kind=kind,
        item_id=int(metadata[f"iop/{kind.name}_id"]),
        attempt=int(metadata["iop/attempt"]),
        is_success=metadata["iop/status"] == "success",
        duration_ms=int(metadata["iop/duration_ms"]),
        finished_at=datetime.fromisoformat(metadata["iop/finished_at"]),
        run_id=record.run_id or None,
        error=_error_of(metadata),
        values=metadata["iop/values"],
    )


def _error_of(metadata: Mapping[str, Any]) -> Sentence | None:
    """An event of an earlier release has its text alone."""
    if not metadata.get("iop/error"):
        return None
    return read(metadata.get("iop/said")) or Sentence("error.told", text=metadata["iop/error"])
