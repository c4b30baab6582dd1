"""What is changed through Dagster's UI leaves its rows in the audit trail: who, which field, on what, and how it ended.

The resolvers of Dagster's mutations are wrapped where they are run, so that neither aliases, fragments nor a
WebSocket get around it. One row says that it was asked, before anything is done; if it cannot be written, nothing is
done. Another says how it ended, by the id of the first: what was refused or failed is told as such, and whatever is
not known to have been done counts as refused. The change is made by then, so that a second row that cannot be
written is told to the log alone: an error would have the admin do it twice.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from inspect import isawaitable
from typing import Any, cast

import sqlalchemy as sa
from graphql import GraphQLSchema
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection
from starlette.types import Scope

from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.errors import Contended, Unavailable
from iop_pipelines.identity.user import User
from iop_pipelines.schema.transactions import write

log = logging.getLogger(__name__)

USER_KEY = "iop.dagster_user"
# Mutations by their kind in GraphQL alone, which change nothing that anybody else sees.
UNAUDITED: Mapping[str, str] = {
    "logTelemetry": "counts clicks for Dagster's makers; telemetry is off",
    "setNuxSeen": "hides the welcome of the UI",
    "sensorDryRun": "evaluates a sensor and keeps nothing",
    "scheduleDryRun": "evaluates a schedule and keeps nothing",
}
# Answers about several runs, by the member that has one for each.
_OF_MANY: Mapping[str, str] = {
    "LaunchMultipleRunsResult": "launchMultipleRunsResult",
    "TerminateRunsResult": "terminateRunResults",
}
# Answers that mean that it was done, besides those that say so by their name.
DONE = frozenset(
    {
        *_OF_MANY,
        "ScheduleStateResult",
        "Sensor",
        "StopSensorMutationResult",
        "Workspace",
        "WorkspaceLocationEntry",
        "RefreshComponentStateAccepted",
    }
)
# Run configuration may hold what no trail should keep.
_NOT_KEPT = frozenset({"runConfigData"})
_MAX_TEXT = 1_000


class MutationTrail:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def follow(self, schema: GraphQLSchema) -> None:
        """Wraps every mutation of the schema, once."""
        mutations = schema.mutation_type
        for name, field in mutations.fields.items() if mutations is not None else ():
            if name not in UNAUDITED and field.resolve is not None:
                field.resolve = self._followed(name, field.resolve)

    def ask(self, scope: Scope, name: str, target: Any) -> int:
        """Says what is about to be tried, and gives the row's id.

        Raises:
            Unavailable: the trail cannot be written; nothing may be done.
        """
        try:
            return self._record(scope, name, {"target": target, "outcome": "asked"})
        except (SQLAlchemyError, Contended) as error:
            log.error("the audit trail cannot be written", exc_info=error)
            raise Unavailable("audit.not_written") from error

    def end(
        self,
        scope: Scope,
        name: str,
        asked: int,
        target: Any,
        told: Callable[[], Mapping[str, Any]],
    ) -> None:
        """Says how it ended; what cannot be kept goes to the log, for it is done."""
        after: dict[str, Any] = {"asked": asked, "target": target}
        try:
            after |= told()
            self._record(scope, name, after)
        # Whatever it is, it must not pass for a failure of what was asked.
        except Exception as error:
            by = _actor_of(scope)
            row = {
                "procedure": f"dagster.{name}",
                "user": by.name,
                "userId": by.user_id,
                "requestId": by.request_id,
                "address": by.address,
                "after": after,
            }
            log.error("a row of the audit trail was lost", exc_info=error, extra={"fields": row})

    def _record(self, scope: Scope, name: str, after: Mapping[str, Any]) -> int:
        return write(self._engine, trail.record, _actor_of(scope), f"dagster.{name}", None, after)

    def _followed(self, name: str, resolve: Callable[..., Any]) -> Callable[..., Any]:
        def resolver(root: Any, info: Any, **arguments: Any) -> Any:
            scope = cast(HTTPConnection, info.context.source).scope
            target = _plain(arguments)
            end = partial(self.end, scope, name, self.ask(scope, name, target), target)
            try:
                result = resolve(root, info, **arguments)
            except Exception as error:
                end(partial(_failed, error))
                raise
            if isawaitable(result):
                return _awaited(end, result)
            end(partial(outcome_of, result))
            return result

        return resolver


async def _awaited(
    end: Callable[[Callable[[], Mapping[str, Any]]], None], result: Awaitable[Any]
) -> Any:
    try:
        given = await result
    except Exception as error:
        end(partial(_failed, error))
        raise
    end(partial(outcome_of, given))
    return given


def _failed(error: Exception) -> dict[str, Any]:
    return {"outcome": "failed", "why": type(error).__name__}


def outcome_of(result: Any) -> dict[str, Any]:
    """`outcome` is done, refused, or partly where one of several was not done; with Dagster's own word for it."""
    if isinstance(result, bool):
        return {"outcome": "done" if result else "refused"}
    name = _name_of(result)
    told: dict[str, Any] = {"result": name, **_ids_of(result)}
    if name in _OF_MANY:
        each = [outcome_of(part) for part in getattr(result, _OF_MANY[name]) or ()]
        kinds = {part["outcome"] for part in each}
        return {"outcome": kinds.pop() if len(kinds) == 1 else "partly", **told, "each": each}
    if is_done(name):
        return {"outcome": "done", **told}
    message = getattr(result, "message", None)
    why = {"why": message[:_MAX_TEXT]} if isinstance(message, str) else {}
    return {"outcome": "failed" if name == "PythonError" else "refused", **told, **why}


def is_done(name: str) -> bool:
    return name in DONE or name.endswith("Success")


def _name_of(result: Any) -> str:
    meta = getattr(result, "_meta", None)
    return str(getattr(meta, "name", type(result).__name__))


def _ids_of(result: Any) -> dict[str, Any]:
    """What was made: the id of a run or a backfill."""
    held = cast(dict[str, Any], vars(result))
    found = {
        name: value
        for name, value in held.items()
        if "id" in name.lower() and isinstance(value, str)
    }
    run_id = getattr(held.get("run"), "runId", None)
    return {**found, "runId": run_id} if isinstance(run_id, str) else found


def _plain(arguments: Mapping[str, Any]) -> Any:
    return _kept(json.loads(json.dumps(arguments, default=str)))


def _kept(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast(dict[str, Any], value)
        return {
            key: "(not kept)" if key in _NOT_KEPT else _kept(each) for key, each in members.items()
        }
    if isinstance(value, list):
        return [_kept(each) for each in cast(list[Any], value)]
    return value


def _actor_of(scope: Scope) -> Actor:
    user: User = scope[USER_KEY]
    client = scope.get("client")
    request_id = scope.get("state", {}).get("request_id") or ""
    return user.acting(request_id, client[0] if client else "")
