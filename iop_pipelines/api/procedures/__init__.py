"""What the API offers, one module a noun; each declares its procedures into one registry."""

from functools import cache

from iop_pipelines.api.procedures import (
    audit,
    backtests,
    dashboard,
    dashboards,
    datasets,
    deliveries,
    executions,
    home,
    intake,
    me,
    model_files,
    models,
    notifications,
    recommendations,
    reports,
    users,
)
from iop_pipelines.api.registry import Registry

_NOUNS = (
    *(
        models,
        model_files,
        backtests,
        executions,
        reports,
        recommendations,
        home,
        dashboard,
        dashboards,
        datasets,
    ),
    *(deliveries, intake, notifications, me, users, audit),
)


@cache
def build_registry() -> Registry:
    """All procedures of these modules, in the order in which documentation lists them; a process's one."""
    registry = Registry()
    for noun in _NOUNS:
        noun.declare(registry)
    return registry
