"""`POST /api/uploads?name=…`: a file of a person, streamed into the instance's store; nothing of it is read here.

What it holds is looked at by a reader (`intake.look`), and loaded by a worker (`intake.load`).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from iop_pipelines.api import wire
from iop_pipelines.api.calls import caller_of, refusal_of, request_id_of, retry_after
from iop_pipelines.api.registry import ApiError
from iop_pipelines.audit import trail
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity.user import User
from iop_pipelines.intake import store, uploads
from iop_pipelines.intake.own import require_own
from iop_pipelines.intake.store import Arriving
from iop_pipelines.platform import Platform

PATH = "/api/uploads"
AUDITED_AS = "intake.upload"
MEDIA_TYPE = "application/octet-stream"
_PART_BYTES = 1024 * 1024


def upload_routes(
    platform: Platform, authenticate: Callable[[HTTPConnection], Awaitable[User | None]]
) -> list[BaseRoute]:
    async def upload(request: Request) -> Response:
        try:
            return JSONResponse(await _Upload(platform, request, authenticate).take(), 201)
        # The edge notes how the request ended.
        except ClientDisconnect:
            raise
        # The boundary: every failure is refused in the shape that the procedures' have.
        except Exception as error:
            refusal = refusal_of(error, request.url.path, request_id_of(request))
            body = {"error": wire.error_shape(refusal, None)}
            return JSONResponse(body, wire.status_of([refusal]), retry_after(refusal))

    return [Route(PATH, upload, methods=["POST"])]


@dataclass(frozen=True)
class _Upload:
    platform: Platform
    request: Request
    authenticate: Callable[[HTTPConnection], Awaitable[User | None]]

    async def take(self) -> dict[str, Any]:
        """All that can be refused is refused before the first byte is read."""
        user = await self._admin()
        given = self.request.headers.get("content-type", "")
        # No form of another site can send that without asking first.
        if given.partition(";")[0].strip().lower() != MEDIA_TYPE:
            raise ApiError("UNSUPPORTED_MEDIA_TYPE", "upload.wrong_content_type", given=given)
        declared = self.request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._most:
            raise self._too_large()
        name = self.request.query_params.get("name", "")
        if not name:
            raise ApiError("BAD_REQUEST", "upload.no_name")
        platform = self.platform
        await run_sync(require_own, platform.drm_engine, platform.settings)
        return await self._stored(user, name)

    async def _admin(self) -> User:
        """As the mutations: a cookie from another origin is refused by `authenticate`."""
        caller = await caller_of(self.request, self.authenticate)
        if isinstance(caller.user, ApiError):
            raise caller.user
        if caller.user.role is not Role.ADMIN:
            raise ApiError("FORBIDDEN", "procedure.for_admins", procedure=AUDITED_AS)
        return caller.user

    async def _stored(self, user: User, name: str) -> dict[str, Any]:
        engine = self.platform.engine
        url = store.new_place(self.platform.settings.storage_url)
        upload_id = await run_sync(uploads.begin, engine, name, user.id, url, utc_now())
        try:
            arriving = await run_sync(Arriving, url)
            try:
                await self._receive(arriving)
            except BaseException:
                # Also where the client hung up, or the process is to end: nothing half-done stays.
                with anyio.CancelScope(shield=True):
                    await run_sync(arriving.abandon)
                raise
        except BaseException:
            with anyio.CancelScope(shield=True):
                await run_sync(uploads.give_up, engine, upload_id)
            raise
        address = self.request.client.host if self.request.client else ""
        by = user.acting(request_id_of(self.request), address)

        def witness(connection: Any, before: object, after: object) -> None:
            trail.record(connection, by, AUDITED_AS, before, after)

        end = partial(uploads.arrived, engine, upload_id, arriving.size, arriving.checksum, witness)
        await run_sync(end)
        return {"id": upload_id, "name": uploads.plain_name(name), "sizeBytes": arriving.size}

    async def _receive(self, arriving: Arriving) -> None:
        part = bytearray()
        async for chunk in self.request.stream():
            part += chunk
            if arriving.size + len(part) > self._most:
                raise self._too_large()
            if len(part) >= _PART_BYTES:
                await run_sync(arriving.write, bytes(part))
                part.clear()
        await run_sync(arriving.write, bytes(part))
        await run_sync(arriving.close)
        if arriving.size == 0:
            raise ApiError("BAD_REQUEST", "upload.nothing_sent")

    @property
    def _most(self) -> int:
        return self.platform.settings.upload_bytes

    def _too_large(self) -> ApiError:
        megabytes = self.platform.settings.upload_mb
        return ApiError("PAYLOAD_TOO_LARGE", "upload.too_large", megabytes=megabytes)
