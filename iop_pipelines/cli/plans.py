"""What every command that takes something away does: its plan, the question, and what is said if nothing is done."""

import sys
from collections.abc import Mapping

import click

from iop_pipelines.cli.console import console, print_json

PLAN_ONLY = "Nothing was changed: this is what would go. Say --yes to do it."


def confirmed(what: str, plan: Mapping[str, object], is_yes: bool, as_json: bool) -> bool:
    """Shows the plan; whether to go on: by --yes, or because somebody at a terminal said so.

    As JSON without --yes the plan is the answer.
    """
    if as_json:
        if not is_yes:
            print_json({"deleted": False, "plan": dict(plan)})
        return is_yes
    console.print(f"What would go with {what}:", markup=False, highlight=False)
    for label, value in plan.items():
        console.print(f"  {label}: {_said(value)}", markup=False, highlight=False, soft_wrap=True)
    if is_yes:
        return True
    if sys.stdin.isatty():
        return click.confirm("Delete it?", default=False)
    console.print(PLAN_ONLY, highlight=False)
    return False


def _said(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)
