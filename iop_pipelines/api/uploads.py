"""`POST /api/uploads?name=…`, and `/api/uploads/models?name=…` for a model's file: bytes of a person, streamed into the
instance's store; nothing of them is read here.

What data holds is looked at by a reader (`intake.look`), and loaded by a worker (`intake.load`). A model's file is
looked at before the answer, by a process of its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

import anyio
import sqlalchemy as sa
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from iop_pipelines.api import wire
from iop_pipelines.api.calls import caller_of, refusal_of, request_id_of, retry_after
from iop_pipelines.api.procedures.model_files import shown_file
from iop_pipelines.api.readers import heavy
from iop_pipelines.api.registry import ApiError
from iop_pipelines.audit import trail
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity.user import User
from iop_pipelines.intake import store, uploads
from iop_pipelines.intake.own import require_own
from iop_pipelines.intake.store import Arriving
from iop_pipelines.platform import Platform
from iop_pipelines.runtimes.model_files import Effort, ModelFile, store_file, too_large
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.schema.witness import Witness

MEDIA_TYPE = "application/octet-stream"
_PART_BYTES = 1024 * 1024
# Of the 1 GiB that an API of deploy/ has, what it and its readers leave. As they, it gives way to the event loop.
LOOK = Effort(512 * 2**20, heavy.NICE)

Seen = TypeVar("Seen")
Authenticate = Callable[[HTTPConnection], Awaitable[User | None]]


def upload_routes(platform: Platform, authenticate: Authenticate) -> list[BaseRoute]:
    # Who sends another model's file waits: a look takes half of the memory that there is.
    looks = anyio.CapacityLimiter(1)

    def route(kind: "type[_Upload[Any]]") -> BaseRoute:
        async def upload(request: Request) -> Response:
            try:
                return JSONResponse(await kind(platform, request, authenticate, looks).take(), 201)
            # The edge notes how the request ended.
            except ClientDisconnect:
                raise
            # The boundary: every failure is refused in the shape that the procedures' have.
            except Exception as error:
                refusal = refusal_of(error, request.url.path, request_id_of(request))
                body = {"error": wire.error_shape(refusal, None)}
                return JSONResponse(body, wire.status_of([refusal]), retry_after(refusal))

        return Route(kind.path, upload, methods=["POST"])

    return [route(DataUpload), route(ModelUpload)]


@dataclass(frozen=True, slots=True)
class _Arrived:
    upload_id: int
    name: str
    url: str
    size_bytes: int
    checksum: str


@dataclass(frozen=True)
class _Upload(ABC, Generic[Seen]):
    platform: Platform
    request: Request
    authenticate: Authenticate
    looks: anyio.CapacityLimiter

    path: ClassVar[str]
    audited_as: ClassVar[str]
    is_data: ClassVar[bool]

    async def take(self) -> dict[str, Any]:
        """All that can be refused is refused before the first byte is read."""
        user = await self._admin()
        given = self.request.headers.get("content-type", "")
        # No form of another site can send that without asking first.
        if given.partition(";")[0].strip().lower() != MEDIA_TYPE:
            raise ApiError("UNSUPPORTED_MEDIA_TYPE", "upload.wrong_content_type", given=given)
        name = self.request.query_params.get("name", "")
        if not name:
            raise ApiError("BAD_REQUEST", "upload.no_name")
        name = uploads.plain_name(name)
        declared = self.request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._most:
            raise self._refused(name)
        await run_sync(self._require)
        return await self._stored(user, name)

    async def _admin(self) -> User:
        """As the mutations: a cookie from another origin is refused by `authenticate`."""
        caller = await caller_of(self.request, self.authenticate)
        if isinstance(caller.user, ApiError):
            raise caller.user
        if caller.user.role is not Role.ADMIN:
            raise ApiError("FORBIDDEN", "procedure.for_admins", procedure=self.audited_as)
        return caller.user

    async def _stored(self, user: User, name: str) -> dict[str, Any]:
        engine = self.platform.engine
        url = store.new_place(self.platform.settings.storage_url)
        begin = partial(uploads.begin, is_data=self.is_data)
        upload_id = await run_sync(begin, engine, name, user.id, url, utc_now())
        try:
            arriving = await run_sync(Arriving, url)
            try:
                await self._receive(arriving, name)
                seen = await self._look(name, url)
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

        def witness(connection: sa.Connection, before: Any, after: Any) -> None:
            trail.record(connection, by, self.audited_as, before, after)

        arrived = _Arrived(upload_id, name, url, arriving.size, arriving.checksum)
        return await run_sync(self._end, arrived, seen, witness)

    async def _receive(self, arriving: Arriving, name: str) -> None:
        part = bytearray()
        async for chunk in self.request.stream():
            part += chunk
            if arriving.size + len(part) > self._most:
                raise self._refused(name)
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

    def _refused(self, name: str) -> ApiError:
        return ApiError("PAYLOAD_TOO_LARGE", self._too_large(name))

    @abstractmethod
    def _too_large(self, name: str) -> Sentence: ...

    @abstractmethod
    def _require(self) -> None:
        """Whether this instance takes such files at all."""

    @abstractmethod
    async def _look(self, name: str, url: str) -> Seen:
        """At what has arrived whole; what it refuses is not kept."""

    @abstractmethod
    def _end(self, arrived: _Arrived, seen: Seen, witness: Witness) -> dict[str, Any]:
        """What is answered."""


class DataUpload(_Upload[None]):
    path = "/api/uploads"
    audited_as = "intake.upload"
    is_data = True

    def _too_large(self, name: str) -> Sentence:
        return Sentence("upload.too_large", megabytes=self.platform.settings.upload_mb)

    def _require(self) -> None:
        require_own(self.platform.drm_engine, self.platform.settings)

    async def _look(self, name: str, url: str) -> None:
        return None

    def _end(self, arrived: _Arrived, seen: None, witness: Witness) -> dict[str, Any]:
        upload_id, size = arrived.upload_id, arrived.size_bytes
        uploads.arrived(self.platform.engine, upload_id, size, arrived.checksum, witness)
        return {"id": upload_id, "name": arrived.name, "sizeBytes": size}


class ModelUpload(_Upload[ModelFile]):
    """Its answer is what `models.file` says."""

    path = "/api/uploads/models"
    audited_as = "models.upload"
    is_data = False

    def _too_large(self, name: str) -> Sentence:
        return too_large(self._most, name)

    def _require(self) -> None:
        """Wherever models run."""

    async def _look(self, name: str, url: str) -> ModelFile:
        return await run_sync(self._kept, name, url, limiter=self.looks)

    def _kept(self, name: str, url: str) -> ModelFile:
        with store.fetched(url) as path:
            return store_file(Outside.of(self.platform.settings), path, name, LOOK)

    def _end(self, arrived: _Arrived, seen: ModelFile, witness: Witness) -> dict[str, Any]:
        # It lies under its checksum by now; what can't be removed is when its day is over. What a store's driver
        # raises has no base of its own.
        with suppress(Exception):
            store.remove(arrived.url)
        told = {"checksum": seen.checksum, "name": seen.name, "size_bytes": seen.size_bytes}
        end = partial(witness, before=None, after=told)
        uploads.handed_on(self.platform.engine, arrived.upload_id, end)
        return shown_file(seen).model_dump(mode="json", by_alias=True)
