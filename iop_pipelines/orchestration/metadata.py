"""What Dagster's UI shows of each piece of work: counts, references, checks and a small chart."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence, text_of
from iop_pipelines.domain.vocabulary import Category, ReportFormat
from iop_pipelines.orchestration.standing import QUALITY_FLOOR
from iop_pipelines.registry.keys import key
from iop_pipelines.transform.versions import StoredDataset, StoredVersion, dataset
from iop_pipelines.validation.outcomes import CheckOutcome

if TYPE_CHECKING:
    from iop_pipelines.execution.execute import Executed
    from iop_pipelines.execution.work import Work
    from iop_pipelines.intake.delivering import Delivery, Done
    from iop_pipelines.recommendations.lifecycle import AdviceSummary
    from iop_pipelines.reporting.generate import Generated
    from iop_pipelines.transform.prepare_version import PreparedSummary

DRM_DATASET = dg.AssetKey("drm_dataset")
PREPARED_DATASET = dg.AssetKey("prepared_dataset")
MAX_CHART_BYTES = 10_000
SHOWN_FINDINGS = 20


def of_delivery(
    engine: sa.Engine, given: "Delivery", done: "Done | None", reason: Sentence | None
) -> dg.AssetObservation:
    """What was seen in a watched source and became a run of DRM; what is prepared of it is told by that."""
    stored = dataset(engine, given.source.dataset)
    described: dict[str, Any] = {"dataset": given.source.dataset, "item": given.item.name}
    if done is None:
        described |= {"iop/status": "failed", "iop/error": text_of(reason) or ""}
    else:
        described |= {
            "iop/status": "delivered" if done.is_new else "unchanged",
            "DRM run": str(done.run_id),
            "dagster/row_count": done.rows,
            "quality score": done.score,
        }
    partition = key(stored.id, stored.declaration.name)
    return dg.AssetObservation(DRM_DATASET, partition=partition, metadata=described)


def of_preparing(
    stored: StoredDataset,
    version: StoredVersion,
    summary: "PreparedSummary | None",
    reason: Sentence | None,
) -> Iterator[dg.AssetMaterialization | dg.AssetObservation | dg.AssetCheckEvaluation]:
    """DRM's delivery and what became of it, with the checks of each; without a summary it failed."""
    partition = key(stored.id, stored.declaration.name)
    common: dict[str, Any] = {
        "dataset": stored.declaration.name,
        "data version": version.data_version,
        "window": f"{version.window_start.isoformat()} to {version.window_end.isoformat()}",
        "DRM run": str(version.drm_run_id),
    }
    if summary is None:
        failed = {**common, "iop/status": "failed", "iop/error": text_of(reason) or ""}
        yield dg.AssetObservation(PREPARED_DATASET, partition=partition, metadata=failed)
        yield dg.AssetCheckEvaluation(
            DRM_DATASET,
            "can_be_prepared",
            passed=False,
            partition=partition,
            description=text_of(reason),
        )
        return
    delivered = {**common, "dagster/row_count": summary.rows_in}
    yield dg.AssetMaterialization(DRM_DATASET, partition=partition, metadata=delivered)
    yield dg.AssetCheckEvaluation(
        DRM_DATASET, "can_be_prepared", passed=True, partition=partition, metadata=common
    )
    if summary.quality_score is not None:
        yield dg.AssetCheckEvaluation(
            DRM_DATASET,
            "quality_score",
            passed=summary.quality_score >= QUALITY_FLOOR,
            partition=partition,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"score": summary.quality_score, "at least": QUALITY_FLOOR},
        )
    reasons = dg.MetadataValue.json(dict(summary.reject_reasons))
    prepared = {
        **common,
        "rows in": summary.rows_in,
        "dagster/row_count": summary.rows_out,
        "rows rejected": summary.rows_rejected,
        "reject reasons": reasons,
    }
    yield dg.AssetMaterialization(PREPARED_DATASET, partition=partition, metadata=prepared)
    yield dg.AssetCheckEvaluation(
        PREPARED_DATASET,
        "no_rows_rejected",
        passed=summary.rows_rejected == 0,
        partition=partition,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rows rejected": summary.rows_rejected, "reject reasons": reasons},
    )


def of_check(
    asset_key: dg.AssetKey, partition: str, name: str, outcomes: Sequence[CheckOutcome]
) -> dg.AssetCheckEvaluation:
    """One check a schema; the broken rules with a sample of their rows are its metadata."""
    broken = [outcome for outcome in outcomes if not outcome.is_success]
    return dg.AssetCheckEvaluation(
        asset_key,
        name,
        passed=not broken,
        partition=partition,
        description="; ".join(str(outcome.describe()) for outcome in broken) or None,
        metadata={
            "rules": len(outcomes),
            "broken": dg.MetadataValue.json([outcome.to_json() for outcome in broken]),
        },
    )


def of_broken_output(
    asset_key: dg.AssetKey, partition: str, reason: Sentence
) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key, "output_schema", passed=False, partition=partition, description=text_of(reason)
    )


def of_execution(work: "Work", executed: "Executed | None") -> dict[str, Any]:
    spec = work.model.spec
    described: dict[str, Any] = {
        "model": f"{spec.name} {spec.version}",
        "runtime": spec.config.runtime,
        "dataset": work.dataset.declaration.name,
        "data version": work.version.data_version,
        "window": f"{work.window_start.isoformat()} to {work.window_end.isoformat()}",
        "DRM run": str(work.version.drm_run_id),
        "input": dg.MetadataValue.asset(PREPARED_DATASET),
    }
    if executed is None:
        return described
    described["dagster/row_count"] = executed.rows
    described["findings"] = len(executed.findings)
    described["output"] = executed.output_ref
    described["metrics"] = dg.MetadataValue.json(dict(executed.metrics))
    if executed.findings:
        described["what was found"] = dg.MetadataValue.md(_findings_table(executed.findings))
        chart = _chart(executed.findings[0])
        if chart is not None:
            described["chart"] = dg.MetadataValue.md(chart)
    return described


def _findings_table(findings: Sequence[Finding]) -> str:
    lines = ["| series | what | when | value | expected |", "| --- | --- | --- | --- | --- |"]
    for each in findings[:SHOWN_FINDINGS]:
        cells = (
            _plain(each.unique_id),
            _plain(each.kind),
            f"{each.ds:%Y-%m-%d}",
            _number(each.value, each.unit),
        )
        lines.append(f"| {' | '.join(cells)} | {_number(each.expected, each.unit)} |")
    if len(findings) > SHOWN_FINDINGS:
        lines.append(f"\n{len(findings) - SHOWN_FINDINGS} more are in the table `findings`.")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text from data, where Markdown is shown: no link, no image, no table cell of its own."""
    return "".join(f"\\{each}" if each in "\\`*_[]()<>!|#" else each for each in text)


def _number(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.4g} {unit}".strip()


def _chart(finding: Finding) -> str | None:
    from iop_pipelines.reporting.preview import finding_chart

    points = finding.evidence.get("points")
    if not points:
        return None
    chart = finding_chart(
        points,
        f"{finding.measure} of {finding.unique_id}",
        marks_outside=finding.category in (Category.ANOMALY, Category.OPTIMISATION),
    )
    return chart if len(chart) <= MAX_CHART_BYTES else None


def of_advice(
    summaries: Sequence["AdviceSummary"], asset_key: dg.AssetKey
) -> dg.AssetMaterialization:
    """What a batch of executions changed among the recommendations."""
    counts = {
        name: sum(len(getattr(summary, name)) for summary in summaries)
        for name in ("opened", "updated", "resolved")
    }
    titles = [title for summary in summaries for title in summary.titles]
    return dg.AssetMaterialization(
        asset_key,
        metadata={
            **counts,
            "opened now": dg.MetadataValue.md(
                "\n".join(f"- {_plain(title)}" for title in titles) or "–"
            ),
        },
    )


def of_report(
    template: str, fmt: ReportFormat, slot: datetime | None, generated: "Generated | None"
) -> dict[str, Any]:
    described: dict[str, Any] = {"template": template, "format": fmt.value}
    if slot is not None:
        described["slot (UTC)"] = slot.isoformat()
    if generated is not None:
        described["file"] = dg.MetadataValue.path(generated.storage_url)
        described["dagster/row_count"] = generated.row_count
        if generated.remark is not None:
            described["remark"] = generated.remark.english
        described["size in bytes"] = generated.size_bytes
    return described
