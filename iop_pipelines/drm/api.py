"""DRM's own HTTP API, read by tRPC: the catalogue, runs, scores, and the rows that a run delivered.

Every call has a bound: a slow source is `Unavailable` after a few seconds, never a wait without end.
"""

import json
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self

import httpx

from iop_pipelines.errors import InvalidInput, MisconfiguredInstance, Unavailable

CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 20.0
# Of one whole answer: a source that sends a byte now and then is never too late for the one above.
ANSWER_TIMEOUT_S: Final = 60.0
# Of one answer; a page of rows is far below it.
MAX_BYTES: Final = 32 * 1024 * 1024
PAGE: Final = 500
MAX_RUNS: Final = 10_000


class DrmApi:
    """url: where DRM's API is, without `/api/trpc`; token: sent as bearer, if there is one."""

    def __init__(self, url: str, token: str | None = None) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/trpc",
            headers=headers,
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def datasets(self) -> Iterator[Mapping[str, Any]]:
        offset = 0
        while page := self._list("datasets.list", {"limit": PAGE, "offset": offset}):
            yield from page
            offset += len(page)

    def pipelines(self) -> list[Mapping[str, Any]]:
        return self._list("monitoring.pipelines", None)

    def runs_above(self, low: int) -> list[Mapping[str, Any]]:
        """All runs with an id above `low`, newest first; the API gives the newest so many."""
        limit = PAGE
        while True:
            runs = self._list("monitoring.runs", {"limit": limit})
            if len(runs) < limit or runs[-1]["id"] <= low or limit >= MAX_RUNS:
                return [run for run in runs if run["id"] > low]
            limit = min(limit * 4, MAX_RUNS)

    def scores(self) -> list[Mapping[str, Any]]:
        """The newest scores, newest first."""
        summary = self._query("qualityMetrics.summary", None)
        return _as_list("qualityMetrics.summary", dict(summary).get("scores"))

    def rows(self, run_id: int) -> list[Mapping[str, Any]]:
        """What a run delivered, in order of delivery."""
        rows: list[Mapping[str, Any]] = []
        while page := self._list(
            "datasets.rows", {"runId": run_id, "limit": PAGE, "offset": len(rows)}
        ):
            rows += page
        return rows

    def _list(self, procedure: str, given: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
        return _as_list(procedure, self._query(procedure, given))

    def _query(self, procedure: str, given: Mapping[str, Any] | None) -> Any:
        params = {} if given is None else {"input": json.dumps(given)}
        try:
            with self._client.stream("GET", f"/{procedure}", params=params) as answer:
                body = _read(procedure, answer)
        except httpx.HTTPError as error:
            raise Unavailable(
                "drm_api.silent", procedure=procedure, error=type(error).__name__
            ) from error
        if answer.status_code in (401, 403):
            raise MisconfiguredInstance(
                "drm_api.refused", procedure=procedure, status=answer.status_code
            )
        if answer.status_code != httpx.codes.OK:
            raise Unavailable("drm_api.answered", procedure=procedure, status=answer.status_code)
        try:
            return json.loads(body)["result"]["data"]
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable("drm_api.not_trpc", procedure=procedure) from error


def _read(procedure: str, answer: httpx.Response) -> bytes:
    body = bytearray()
    until = time.monotonic() + ANSWER_TIMEOUT_S
    for part in answer.iter_bytes():
        body += part
        if time.monotonic() > until:
            raise Unavailable("drm_api.unended", procedure=procedure, limit_s=ANSWER_TIMEOUT_S)
        if len(body) > MAX_BYTES:
            raise InvalidInput("drm_api.too_large", procedure=procedure, most=MAX_BYTES)
    return bytes(body)


def _as_list(procedure: str, found: Any) -> list[Mapping[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unavailable("drm_api.no_list", procedure=procedure)
    return found
