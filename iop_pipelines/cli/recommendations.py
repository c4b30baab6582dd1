"""`iop recommendation`: what people are told, and what they decide."""

from dataclasses import asdict
from typing import Any

import click
from rich.markup import escape

from iop_pipelines.cli.console import (
    command,
    console,
    engine_of,
    print_done,
    print_json,
    print_rows,
    progress_console,
)
from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.vocabulary import Category, ReviewStatus
from iop_pipelines.recommendations.retelling import Retold
from iop_pipelines.recommendations.retelling import retell as retell_all
from iop_pipelines.recommendations.review import (
    StoredRecommendation,
    count_of_causes,
    count_recommendations,
    list_recommendations,
    review,
)
from iop_pipelines.recommendations.review import recommendation as stored
from iop_pipelines.settings import Settings

recommendation = click.Group(
    "recommendation", help="Recommendations: list, show, accept, dismiss, reopen, retell."
)


@command(recommendation, "list")
@click.option("--status", type=click.Choice([each.value for each in ReviewStatus]))
@click.option("--category", type=click.Choice([each.value for each in Category]))
@click.option("--limit", default=50, show_default=True)
@click.option("--each", is_flag=True, help="Those of one cause too, and not the gravest alone.")
def list_(
    settings: Settings,
    as_json: bool,
    *,
    status: str | None,
    category: str | None,
    limit: int,
    each: bool,
) -> None:
    """List recommendations, as the inbox does: the gravest that still stands first, then the latest.

    With --json each of a cause is there, with its cause_id.
    """
    engine = engine_of(settings)
    is_each = each or as_json
    wanted = ReviewStatus(status) if status else None
    kind = Category(category) if category else None
    found = list_recommendations(
        engine, status=wanted, category=kind, limit=limit, with_cause=not is_each
    )
    columns = ("id", "severity", "state", "title", "category", "occurrences")
    rows = [_plain(one) for one in found]
    if not as_json:
        counts = {} if is_each else count_of_causes(engine, found, wanted, kind)
        rows = [
            {**row, "state": ", ".join(_states(one)), "title": _title(one, counts.get(one.id, 1))}
            for row, one in zip(rows, found, strict=True)
        ]
    total = count_recommendations(engine, wanted, kind, with_cause=not is_each)
    print_rows(rows, columns, as_json, "No recommendations.", total=total)


@command(recommendation)
@click.argument("recommendation_id", type=int)
def show(settings: Settings, as_json: bool, recommendation_id: int) -> None:
    """Show one with its text; with --json, its evidence too."""
    found = stored(engine_of(settings), recommendation_id)
    if as_json:
        print_json(_plain(found))
        return
    console.print(f"[bold]{escape(found.title)}[/]", highlight=False)
    now, peak = found.severity, found.peak_severity
    severity = now.value if now is peak else f"{now.value} (was {peak.value})"
    line = " · ".join([severity, found.category.value, *_states(found)])
    console.print(line, highlight=False)
    console.print(found.description, highlight=False, markup=False)
    console.print(f"Source: {found.source_ref}", highlight=False)


def _title(found: StoredRecommendation, count: int) -> str:
    return found.title if count == 1 else f"{found.title} (and {count - 1} more of the same time)"


def _states(found: StoredRecommendation) -> list[str]:
    """What nobody decided before it was no longer found is not open any more."""
    if found.resolved_at is None:
        return [found.status.value]
    decided = [] if found.status is ReviewStatus.OPEN else [found.status.value]
    return [*decided, "no longer found"]


def _decision(name: str, status: ReviewStatus, done: str, text: str) -> None:
    @click.argument("recommendation_id", type=int)
    @click.option("--reason", help="Kept with the decision.")
    def decide(
        settings: Settings, as_json: bool, recommendation_id: int, reason: str | None
    ) -> None:
        review(engine_of(settings), recommendation_id, status, reason=reason)
        print_done(
            f"Recommendation {recommendation_id} is {done}.",
            {"id": recommendation_id, "status": status.value},
            as_json,
        )

    decide.__doc__ = text
    command(recommendation, name)(decide)


_decision("accept", ReviewStatus.ACCEPTED, "accepted", "Accept a recommendation.")
_decision("dismiss", ReviewStatus.DISMISSED, "dismissed", "Dismiss a recommendation.")
_decision("reopen", ReviewStatus.OPEN, "open again", "Undo a decision.")


def _retell(settings: Settings, as_json: bool, is_dry: bool) -> None:
    engine = engine_of(settings)
    with progress_console.status("Reading recommendations …") as status:

        def noted(so_far: Retold) -> None:
            status.update(f"{so_far.read} read, {so_far.changed} changed …")

        done = retell_all(engine, is_dry=is_dry, noted=noted)
    if as_json:
        print_json({**asdict(done), "is_dry_run": is_dry})
        return
    verb = "would be changed" if is_dry else "were changed"
    console.print(
        f"{done.changed} of {done.read} recommendations {verb}; the others say it already.",
        highlight=False,
    )
    for each in done.unreadable:
        console.print(f"Recommendation {each.id} is as it was: {each.reason}", markup=False)


_retell.__doc__ = (
    f"Make the stored texts anew in {', '.join(each.own_name for each in Language)}, after an upgrade that "
    "brought a language or other words. Ended half-way it can be run again."
)
command(recommendation, "retell")(
    click.option(
        "--dry-run", "is_dry", is_flag=True, help="Count what would change, change nothing."
    )(_retell)
)


def _plain(found: StoredRecommendation) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in asdict(found).items()}


commands = {"recommendation": recommendation}
