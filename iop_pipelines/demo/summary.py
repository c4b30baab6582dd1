"""What came of the demo, and what of it is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import (
    Category,
    ExecutionStatus,
    ModelType,
    ReportFormat,
    ReportStatus,
    ReviewStatus,
)
from iop_pipelines.drm.tables import pipeline_runs
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    findings,
    generated_reports,
    model_executions,
    recommendation_events,
    recommendations,
    report_templates,
)

Rows = list[dict[str, Any]]
_COUNT = sa.func.count().label("count")
NO_LONGER_FOUND = "no longer found"
STORM = (datetime(2013, 2, 8), datetime(2013, 2, 9, 23, 59, 59))


@dataclass(frozen=True)
class Summary:
    """Counts as rows ready to print; `missing` says in words what was expected and is not there."""

    drm_runs: Rows
    dagster_runs: Rows
    executions: Rows
    findings: Rows
    recommendations: Rows
    reports: Rows
    drift: int
    missing: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def tables(self) -> list[tuple[str, Rows, Sequence[str]]]:
        return [
            ("DRM pipeline runs", self.drm_runs, ("pipeline", "status", "count")),
            ("Dagster runs", self.dagster_runs, ("job", "status", "count")),
            ("Executions", self.executions, ("type", "status", "count", "mean_ms")),
            ("Findings", self.findings, ("category", "severity", "count")),
            (
                "Recommendations",
                self.recommendations,
                ("category", "severity", "status", "count", "latest"),
            ),
            (
                "Reports, the latest of each template",
                _latest_reports(self.reports),
                ("template", "format", "ready", "failed", "rows", "bytes", "file"),
            ),
        ]


def _latest_reports(reports: Rows) -> Rows:
    latest: dict[str, dict[str, Any]] = {}
    for report in reports:
        counts = latest.get(report["template"], {"ready": 0, "failed": 0})
        latest[report["template"]] = {
            **report,
            "ready": counts["ready"] + (report["status"] == ReportStatus.READY),
            "failed": counts["failed"] + (report["status"] == ReportStatus.FAILED),
        }
    return list(latest.values())


def collect(
    engine: sa.Engine, drm_engine: sa.Engine, dagster_runs: Mapping[tuple[str, str], int]
) -> dict[str, Rows]:
    """The summary's rows, read from the databases; dagster_runs: (job, status) -> count."""
    runs = pipeline_runs.c
    ended = sa.select(runs.pipeline, runs.status, _COUNT).group_by(runs.pipeline, runs.status)
    with drm_engine.connect() as connection:
        drm_rows = _rows(connection, ended)
    with engine.connect() as connection:
        return {
            "drm_runs": drm_rows,
            "dagster_runs": [
                {"job": job, "status": status, "count": number}
                for (job, status), number in sorted(dagster_runs.items())
            ],
            "executions": _rows(connection, _executions()),
            "findings": _rows(
                connection,
                sa.select(findings.c.category, findings.c.severity, _COUNT).group_by(
                    findings.c.category, findings.c.severity
                ),
            ),
            "recommendations": _rows(connection, _recommendations()),
            "reports": _rows(connection, _reports()),
        }


def _executions() -> sa.Select:
    executions, models = model_executions.c, analytical_models.c
    # What newer data made needless has not failed.
    outcome = sa.case(
        (executions.superseded_by.is_not(None), "superseded"),
        else_=sa.type_coerce(executions.status, sa.String()),
    )
    mean_ms = sa.cast(sa.func.avg(executions.duration_ms), sa.Integer).label("mean_ms")
    return (
        sa.select(models.type, outcome.label("status"), _COUNT, mean_ms)
        .select_from(model_executions)
        .join(analytical_models, models.id == executions.model_id)
        .group_by(models.type, outcome)
    )


def _recommendations() -> sa.Select:
    advice = recommendations.c
    latest = sa.func.max(advice.title).label("latest")
    # What is no longer found waits for nobody, though nobody decided it.
    state = sa.case(
        (
            sa.and_(advice.status == ReviewStatus.OPEN, advice.resolved_at.is_not(None)),
            NO_LONGER_FOUND,
        ),
        else_=sa.type_coerce(advice.status, sa.String()),
    )
    return sa.select(
        advice.category, advice.severity, state.label("status"), _COUNT, latest
    ).group_by(advice.category, advice.severity, state)


def _reports() -> sa.Select:
    made = generated_reports.c
    return (
        sa.select(
            report_templates.c.name.label("template"),
            made.format,
            made.status,
            made.row_count.label("rows"),
            made.size_bytes.label("bytes"),
            made.storage_url.label("file"),
            made.error_msg.label("error"),
        )
        .select_from(generated_reports)
        .join(report_templates, report_templates.c.id == made.template_id)
        .order_by(made.id)
    )


def missing_from(
    engine: sa.Engine, rows: Mapping[str, Rows], drift: int, is_pdf_possible: bool
) -> tuple[str, ...]:
    """What the demo promises and did not give; a report that failed is named with its reason."""
    lines = []
    succeeded = {
        row["type"] for row in rows["executions"] if row["status"] == ExecutionStatus.SUCCESS
    }
    lines += [f"a successful {kind} execution" for kind in ModelType if kind not in succeeded]
    advised = {row["category"] for row in rows["recommendations"]}
    lines += [f"a recommendation of category {kind}" for kind in Category if kind not in advised]
    ready = {row["format"] for row in rows["reports"] if row["status"] == ReportStatus.READY}
    wanted = [kind for kind in ReportFormat if kind is not ReportFormat.PDF or is_pdf_possible]
    lines += [f"a {kind} report" for kind in wanted if kind not in ready]
    lines += [
        f"the report {row['template']!r}: {row['error']}"
        for row in rows["reports"]
        if row["status"] == ReportStatus.FAILED
        and (is_pdf_possible or row["format"] != ReportFormat.PDF)
    ]
    if {row["status"] for row in rows["drm_runs"]} < {"success", "failed"}:
        lines.append("both succeeded and failed DRM runs")
    lines += _branches_missing(engine)
    if drift:
        lines.append(f"a ledger without drift: `iop ledger verify` counts {drift}")
    return tuple(lines)


def _branches_missing(engine: sa.Engine) -> list[str]:
    lines = []
    with engine.connect() as connection:
        storm = connection.scalar(
            sa.select(sa.func.count())
            .select_from(findings)
            .where(
                findings.c.category == Category.ANOMALY,
                findings.c.ds.between(*STORM),
            )
        )
        if not storm:
            lines.append("the storm of 8–9 February among the anomalies")
        if not connection.scalar(sa.select(sa.func.sum(dataset_versions.c.rows_rejected))):
            lines.append("rejected rows with their reasons")
        if not connection.scalar(
            sa.select(sa.func.count()).where(
                recommendation_events.c.kind == "resolved",
                recommendation_events.c.source_ref.startswith("quality_score:"),
            )
        ):
            lines.append("a quality problem that held models back and was resolved")
    return lines


def _rows(connection: sa.Connection, query: sa.Select) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
