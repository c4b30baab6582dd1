"""What an instance is configured with: the environment, and below it the file `instance.env` in its home.

Nothing is read from the working folder. `instance.env` holds lines `NAME=value` of the variables below but
`IOP_HOME`; the demo writes one, so that `iop up` on its home goes by the replay's clock.

| variable | default | meaning |
| --- | --- | --- |
| `IOP_HOME` | `~/.iop` | folder that holds all an embedded instance owns |
| `DATABASE_URL` | `sqlite:///$IOP_HOME/iop.db` | IOP's tables; with MySQL or MariaDB, Dagster's too |
| `IOP_DRM_DATABASE_URL` | `sqlite:///$IOP_HOME/drm.db`; `DATABASE_URL` if a server | what DRM shares |
| `IOP_DRM_API_URL` | empty: the database above is DRM's own | DRM's HTTP API, copied into that database |
| `IOP_DRM_API_TOKEN` | empty | bearer token for DRM's API |
| `IOP_STORAGE_URL` | `file://$IOP_HOME/files` | where reports and uploads are kept: folder or bucket |
| `IOP_BRAND_FOLDER` | empty: IOP's own look | folder with logos and a `brand.json`, how reports look |
| `IOP_BROKER_URL` | empty: folders under `$IOP_HOME/broker` | broker of the warm workers, `amqp://…` |
| `IOP_EVENT_BROKER_URL` | empty: no events | broker of DRM's and IOP's events, `amqp://…` or `amqps://…` |
| `IOP_CLOCK` | `system` | `drm` follows the clock of a DRM replay, for demos and tests |
| `IOP_TIME_ZONE` | `UTC` | zone of schedules that name none |
| `IOP_REGION` | empty: each browser's | where numbers, days and weeks are as in `NG`, say |
| `IOP_KEEP_HISTORY_DAYS` | `30` | Dagster's ended runs, events and logs; repairs in words; 0: for ever |
| `IOP_KEEP_OUTPUTS_DAYS` | `400` | rows that models wrote, after their execution ended; 0: for ever |
| `IOP_KEEP_REJECTED_DAYS` | `90` | rejected rows, after their data version was prepared or refused; 0: for ever |
| `IOP_KEEP_REPORT_FILES_DAYS` | `365` | files of reports; 0: for ever |
| `IOP_KEEP_MODEL_FILES_DAYS` | `30` | files of models that no version names any more; 0: for ever |
| `IOP_UPLOAD_MB` | `200` | the largest file, also of a model, that the app takes or an archive unpacks to, at least 1 |
| `IOP_MODEL_SERVERS` | empty: none | model servers that `remote` models may call, `https://host:port`, by commas |
| `IOP_PANEL_ROWS` | `250000` | a larger panel is read, judged and written in parts of so many rows, at least 1000 |
| `IOP_PANEL_PROCESSES` | `1` | processes that a worker judges the parts of such a panel by, at least 1 |
| `IOP_PANEL_DASK` | empty: this machine | Dask scheduler whose workers judge them, `tls://…` or `tcp://…` |
| `IOP_PANEL_DASK_TLS` | empty: none | folder with `ca.crt`, `tls.crt` and `tls.key`, where that is `tls://…` |
| `IOP_PANEL_KEPT_PERIODS` | `7` | last periods whose outputs the database keeps beside the file, at least 1 |
| `IOP_WORKER_LOST_S` | `75` | a worker without a heartbeat for so long is dead, at least 20 |
| `IOP_STALLED_S` | `900` | what shows no progress for so long is ended with its worker, at least 10 |
| `IOP_CLAIM_LOST_S` | `120` | work that was claimed for a run that does not come is queued again, at least 30 |
| `IOP_LOOK_MS` | `500` | an idle worker looks so often for work to launch; 0: never, sensors alone do, every 5 s |
| `IOP_HELD_HOURS` | `24` | an execution waits so long for a sufficient quality score, at least 1 |
| `IOP_MAX_REFUSED_PERCENT` | `20` | a delivery of which more rows are refused is not prepared, at most 100 |
| `IOP_INSTANCE_FILES` | empty: IOP's own | folder with a `dagster.yaml` or `workspace.yaml` to use instead |
| `IOP_BACKLOG_MINUTES` | `30` | work that waits longer makes `/api/ready` say so, at least 1 |
| `IOP_SECRET_KEY` | embedded: made in `$IOP_HOME/secret.key` | signs sessions, at least 32 bytes |
| `IOP_SECRET_KEY_ALSO` | empty | a second key, which is accepted while keys are changed |
| `IOP_PUBLIC_URL` | empty: what the request names | the address people use, `https://iop.example` |
| `IOP_OIDC_ISSUER` | empty: local accounts only | OpenID provider, its issuer URL |
| `IOP_OIDC_CLIENT_ID` | empty | this client's id at the provider |
| `IOP_OIDC_CLIENT_SECRET` | empty | this client's secret at the provider |
| `IOP_OIDC_ROLE_CLAIM` | `roles` | claim of the ID token with roles or groups; dots lead inwards |
| `IOP_OIDC_ADMIN_ROLE` | `iop-admin` | value of that claim that makes an admin |
| `IOP_OIDC_VIEWER_ROLE` | `iop-viewer` | value that makes a viewer; `*`: everybody the provider knows |
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from iop_pipelines.domain.locales import REGIONS, Region
from iop_pipelines.domain.origins import origin_of
from iop_pipelines.errors import MisconfiguredInstance

INSTANCE_ENV = "instance.env"
# As a secret of Kubernetes has them: the authority's certificate, the own one and its key.
TLS_FILES = ("ca.crt", "tls.crt", "tls.key")


@dataclass(frozen=True)
class Settings:
    home: Path
    database_url: str
    drm_database_url: str
    storage_url: str
    brand_folder: str | None
    broker_url: str | None
    clock: str
    time_zone: str
    region: Region | None
    keep_history_days: int = 30
    keep_outputs_days: int = 400
    keep_rejected_days: int = 90
    keep_report_files_days: int = 365
    keep_model_files_days: int = 30
    upload_mb: int = 200
    model_servers: tuple[str, ...] = ()
    panel_rows: int = 250_000
    panel_processes: int = 1
    panel_dask: str | None = None
    panel_dask_tls: Path | None = None
    panel_kept_periods: int = 7
    worker_lost_s: int = 75
    stalled_s: int = 900
    claim_lost_s: int = 120
    look_ms: int = 500
    held_hours: int = 24
    max_refused_percent: int = 20
    backlog_minutes: int = 30
    instance_files: Path | None = None
    secret_key: str | None = field(default=None, repr=False)
    secret_key_also: str | None = field(default=None, repr=False)
    event_broker_url: str | None = field(default=None, repr=False)
    drm_api_url: str | None = None
    drm_api_token: str | None = field(default=None, repr=False)
    public_url: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    oidc_role_claim: str = "roles"
    oidc_admin_role: str = "iop-admin"
    oidc_viewer_role: str = "iop-viewer"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Raises MisconfiguredInstance, naming the variable, for a value that cannot work."""
        home = Path(env.get("IOP_HOME") or "~/.iop").expanduser().resolve()
        env = {**_read_instance_env(home / INSTANCE_ENV), **{k: v for k, v in env.items() if v}}
        database_url = env.get("DATABASE_URL") or f"sqlite:///{home / 'iop.db'}"
        embedded_drm = f"sqlite:///{home / 'drm.db'}"
        settings = cls(
            home=home,
            database_url=database_url,
            drm_database_url=env.get("IOP_DRM_DATABASE_URL")
            or (embedded_drm if database_url.startswith("sqlite") else database_url),
            brand_folder=env.get("IOP_BRAND_FOLDER") or None,
            storage_url=env.get("IOP_STORAGE_URL") or f"file://{home / 'files'}",
            broker_url=env.get("IOP_BROKER_URL") or None,
            clock=env.get("IOP_CLOCK") or "system",
            time_zone=env.get("IOP_TIME_ZONE") or "UTC",
            region=_region(env.get("IOP_REGION") or None),
            keep_history_days=_days(env, "IOP_KEEP_HISTORY_DAYS", 30),
            keep_outputs_days=_days(env, "IOP_KEEP_OUTPUTS_DAYS", 400),
            keep_rejected_days=_days(env, "IOP_KEEP_REJECTED_DAYS", 90),
            keep_report_files_days=_days(env, "IOP_KEEP_REPORT_FILES_DAYS", 365),
            keep_model_files_days=_days(env, "IOP_KEEP_MODEL_FILES_DAYS", 30),
            upload_mb=_whole("IOP_UPLOAD_MB", env.get("IOP_UPLOAD_MB"), 200, 1),
            model_servers=tuple(
                each.strip()
                for each in (env.get("IOP_MODEL_SERVERS") or "").split(",")
                if each.strip()
            ),
            panel_rows=_whole("IOP_PANEL_ROWS", env.get("IOP_PANEL_ROWS"), 250_000, 1000),
            panel_processes=_whole("IOP_PANEL_PROCESSES", env.get("IOP_PANEL_PROCESSES"), 1, 1),
            panel_dask=env.get("IOP_PANEL_DASK") or None,
            panel_dask_tls=Path(folder) if (folder := env.get("IOP_PANEL_DASK_TLS")) else None,
            panel_kept_periods=_whole(
                "IOP_PANEL_KEPT_PERIODS", env.get("IOP_PANEL_KEPT_PERIODS"), 7, 1
            ),
            worker_lost_s=_whole("IOP_WORKER_LOST_S", env.get("IOP_WORKER_LOST_S"), 75, 20),
            stalled_s=_whole("IOP_STALLED_S", env.get("IOP_STALLED_S"), 900, 10),
            claim_lost_s=_whole("IOP_CLAIM_LOST_S", env.get("IOP_CLAIM_LOST_S"), 120, 30),
            look_ms=_whole("IOP_LOOK_MS", env.get("IOP_LOOK_MS"), 500, 0),
            held_hours=_whole("IOP_HELD_HOURS", env.get("IOP_HELD_HOURS"), 24, 1),
            max_refused_percent=_whole(
                "IOP_MAX_REFUSED_PERCENT", env.get("IOP_MAX_REFUSED_PERCENT"), 20, 0
            ),
            backlog_minutes=_whole("IOP_BACKLOG_MINUTES", env.get("IOP_BACKLOG_MINUTES"), 30, 1),
            instance_files=Path(files) if (files := env.get("IOP_INSTANCE_FILES")) else None,
            secret_key=env.get("IOP_SECRET_KEY") or None,
            secret_key_also=env.get("IOP_SECRET_KEY_ALSO") or None,
            event_broker_url=env.get("IOP_EVENT_BROKER_URL") or None,
            drm_api_url=(env.get("IOP_DRM_API_URL") or "").rstrip("/") or None,
            drm_api_token=env.get("IOP_DRM_API_TOKEN") or None,
            public_url=(env.get("IOP_PUBLIC_URL") or "").rstrip("/") or None,
            oidc_issuer=env.get("IOP_OIDC_ISSUER") or None,
            oidc_client_id=env.get("IOP_OIDC_CLIENT_ID") or None,
            oidc_client_secret=env.get("IOP_OIDC_CLIENT_SECRET") or None,
            oidc_role_claim=env.get("IOP_OIDC_ROLE_CLAIM") or "roles",
            oidc_admin_role=env.get("IOP_OIDC_ADMIN_ROLE") or "iop-admin",
            oidc_viewer_role=env.get("IOP_OIDC_VIEWER_ROLE") or "iop-viewer",
        )
        settings.check()
        return settings

    def check(self) -> None:
        if self.clock not in ("system", "drm"):
            raise MisconfiguredInstance("setting.clock", clock=self.clock)
        if self.max_refused_percent > 100:
            raise MisconfiguredInstance("setting.percent", percent=self.max_refused_percent)
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise MisconfiguredInstance("setting.time_zone", name=self.time_zone) from error
        if self.public_url and not re.fullmatch(r"https?://[^/?#@\s]+", self.public_url):
            raise MisconfiguredInstance("setting.public_url", url=self.public_url)
        for each in self.model_servers:
            # Nothing else than these: what follows them would be of no effect.
            if origin_of(each) is None or not re.fullmatch(r"https?://[^/?#@\s]+", each):
                raise MisconfiguredInstance("setting.model_server", url=each)
        self._check_panel_dask()
        if self.drm_api_url and not re.fullmatch(r"https?://[^?#@\s]+", self.drm_api_url):
            raise MisconfiguredInstance("setting.drm_api_url")
        if self.event_broker_url and not self.event_broker_url.startswith(("amqp://", "amqps://")):
            scheme = self.event_broker_url.partition(":")[0]
            raise MisconfiguredInstance("setting.broker_url", scheme=scheme)
        for name, url in (
            ("DATABASE_URL", self.database_url),
            ("IOP_DRM_DATABASE_URL", self.drm_database_url),
        ):
            if not url.startswith(("sqlite:", "mysql+pymysql:", "mariadb+pymysql:")):
                scheme = url.partition(":")[0]
                raise MisconfiguredInstance("setting.database_url", name=name, scheme=scheme)

    def _check_panel_dask(self) -> None:
        url, tls = self.panel_dask, self.panel_dask_tls
        if url and not re.fullmatch(r"(tcp|tls)://[^/?#@\s]+:[0-9]{1,5}", url):
            raise MisconfiguredInstance("setting.panel_dask", url=url)
        if bool(tls) != bool(url and url.startswith("tls:")):
            raise MisconfiguredInstance("setting.panel_dask_tls")

    @property
    def upload_bytes(self) -> int:
        return self.upload_mb * 1_000_000

    @property
    def is_embedded(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"


def _days(env: Mapping[str, str], name: str, default: int) -> int:
    return _whole(name, env.get(name), default, 0)


def _whole(name: str, text: str | None, default: int, least: int) -> int:
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < least:
        raise MisconfiguredInstance("setting.not_whole_number", name=name, text=text, least=least)
    return int(text)


def _region(text: str | None) -> Region | None:
    for region in REGIONS:
        if region == text:
            return region
    if text is not None:
        raise MisconfiguredInstance("setting.region", name=text, regions=REGIONS)
    return None


def _read_instance_env(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    values = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        name, found, value = line.strip().partition("=")
        if not name or name.startswith("#"):
            continue
        if not found:
            raise MisconfiguredInstance("setting.bad_line", path=path, number=number, line=line)
        values[name.strip()] = value.strip()
    return values
