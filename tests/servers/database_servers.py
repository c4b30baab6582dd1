"""Private MariaDB and MySQL servers for the suite: a free loopback port, data in a temporary folder, ended by pid.

MariaDB is the one installed on the system. MySQL is an installed one, or else unpacked under the
user's cache from Debian's newest suite, since stable Debian has none; nothing is installed on the system.
"""

import fcntl
import getpass
import itertools
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pymysql
import pytest

# Parameters of a fixture: the kinds of server there are.
SERVERS = [
    pytest.param("mariadb", marks=pytest.mark.mariadb),
    pytest.param("mysql", marks=pytest.mark.mysql),
]
# What a test that touches a database is tried on.
DATABASES = ["sqlite", *SERVERS]
# With the MariaDB of Debian 13 too, whose transactions end otherwise: for tests of two at once.
EVERY_SERVER = [*SERVERS, pytest.param("mariadb_11_8", marks=pytest.mark.mariadb)]
EVERY_DATABASE = ["sqlite", *EVERY_SERVER]


def named(url: str) -> dict[str, str]:
    """The environment of an instance whose database that is. Only an embedded instance makes its own key."""
    return {"DATABASE_URL": url, "IOP_SECRET_KEY": "Vd8sP0q_kR3xN7ytW1zLm5Jc9Ha2Ueb4"}


START_TIMEOUT_S = 90
STOP_TIMEOUT_S = 30
FETCH_TIMEOUT_S = 240
_SEARCH_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_SYSTEM_LOADER = "ld-linux-*.so.*"
_TUNING = (
    # A test database need not outlive a power cut: no waiting for the disk.
    "--innodb-flush-method=nosync",
    "--innodb-buffer-pool-size=128M",
    "--innodb-fast-shutdown=2",
    "--skip-log-bin",
)
# For each connection a key is agreed on, 4 ms of processors; an empty list of versions is none. MariaDB 11.8 encrypts.
_UNENCRYPTED = "--tls-version="
# MySQL always does, in performance_schema.users.
_COUNTS_BY_ACCOUNT = "--userstat=ON"
_FORGETFUL = (
    "--innodb-flush-log-at-trx-commit=0",
    "--skip-innodb-doublewrite",
    # After each test tables are emptied, which makes a new file of each that has its own: a third of the server's
    # time, and on a slow disk most of the test's.
    "--innodb-file-per-table=OFF",
)
# What was committed is with the operating system, so that it outlives the server's being killed.
_DURABLE = ("--innodb-flush-log-at-trx-commit=2",)


class ServerUnavailable(Exception):
    """The message says which server, why not, and what would mend it."""


@dataclass
class DatabaseAccount:
    """An account of a running server, on the loopback: all rights, no password, databases of its own names."""

    scheme: str
    port: int
    name: str = "root"
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def create_database(self) -> str:
        """Makes an empty database and gives its SQLAlchemy URL."""
        database = f"iop_{self.name}_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {database}")
        return f"{self.scheme}://{self.name}@127.0.0.1:{self.port}/{database}"

    def drop_database(self, url: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]}")

    def create_account(self, name: str) -> "DatabaseAccount":
        """Another one, of the same rights: servers count connections by account."""
        self._execute(f"CREATE USER {name}@'%'")
        self._execute(f"GRANT ALL PRIVILEGES ON *.* TO {name}@'%' WITH GRANT OPTION")
        return DatabaseAccount(self.scheme, self.port, name)

    def is_served(self) -> bool:
        try:
            self._connect().close()
        except pymysql.err.OperationalError:
            return False
        return True

    def _connect(self) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        # For each that may be encrypted the driver reads all certificates of the system, 20 ms of processors.
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user=self.name, autocommit=True, ssl_disabled=True
        )

    def _execute(self, statement: str) -> None:
        with self._connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement)


@dataclass
class DatabaseServer:
    """A server whose data are made; `root` is reachable on the loopback only."""

    root: DatabaseAccount
    command: list[str]
    log: Path
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Raises AssertionError if it was never started."""
        assert self._process is not None
        return self._process.pid

    def spawn(self, environment: Mapping[str, str] | None = None) -> None:
        """Begins to start it, without waiting until it answers; by default in this process's environment."""
        self._process = subprocess.Popen(
            self.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_until_served(self) -> None:
        """Raises ServerUnavailable, and the server is ended, if it does not answer in time."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and not self._has_ended():
            if self.root.is_served():
                return
            time.sleep(0.1)
        self.stop()
        tail = "no log"
        if self.log.exists():
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        raise ServerUnavailable(
            f"{self.root.scheme} did not start within {START_TIMEOUT_S} s: {tail}"
        )

    def start(self) -> None:
        """Also after `kill`: the same data on the same port. Raises ServerUnavailable if it does not answer in time."""
        self.spawn()
        try:
            self.wait_until_served()
        except BaseException:
            self.stop()
            raise

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None


def make_mariadb(folder: Path, is_durable: bool = False) -> DatabaseServer:
    """To be started. `is_durable`: a kill loses nothing. Raises ServerUnavailable if MariaDB is not installed."""
    server, installer = _which("mariadbd"), _which("mariadb-install-db")
    if server is None or installer is None:
        raise ServerUnavailable(
            "MariaDB is not installed; Debian: apt-get install mariadb-server-core "
            "mariadb-client-core, macOS: brew install mariadb"
        )
    data = folder / "data"
    _run(
        "MariaDB",
        [
            *(installer, "--no-defaults", f"--user={getpass.getuser()}", f"--datadir={data}"),
            *("--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"),
            # Two that are made at once would remove each other's temporary tables.
            f"--tmpdir={folder}",
        ],
    )
    command = [server, "--no-defaults", _COUNTS_BY_ACCOUNT]
    return _server("mariadb+pymysql", command, folder, is_durable, data)


def make_mysql(folder: Path, is_durable: bool = False) -> DatabaseServer:
    """As make_mariadb. Raises ServerUnavailable if MySQL can be neither found nor fetched."""
    command = _installed_mysql() or _fetched_mysql()
    data = folder / "data"
    common = [*command, f"--datadir={data}", f"--user={getpass.getuser()}"]
    _run("MySQL", [*common, "--initialize-insecure", f"--log-error={folder / 'init.log'}"])
    return _server(
        "mysql+pymysql", [*command, "--mysqlx=OFF", _UNENCRYPTED], folder, is_durable, data
    )


def make_mariadb_11_8(folder: Path, is_durable: bool = False) -> DatabaseServer:
    """MariaDB of Debian 13. Raises ServerUnavailable if it cannot be fetched."""
    unpacked = _MARIADB_11_8.fetched()
    command = [*unpacked.program("usr/sbin/mariadbd"), f"--basedir={unpacked.root / 'usr'}"]
    data = folder / "data"
    # What mariadb-install-db does, which is a script that looks for its programs on the system.
    (data / "mysql").mkdir(parents=True)
    share = unpacked.root / "usr/share/mariadb"
    parts = ("mariadb_system_tables", "mariadb_performance_tables", "mariadb_system_tables_data")
    script = "create database if not exists mysql;\nuse mysql;\n" + "".join(
        (share / f"{part}.sql").read_text() for part in parts
    )
    common = [*command, f"--datadir={data}", f"--user={getpass.getuser()}"]
    _run(
        "MariaDB 11.8", [*common, "--bootstrap", f"--log-error={folder / 'init.log'}"], stdin=script
    )
    return _server("mariadb+pymysql", [*command, _COUNTS_BY_ACCOUNT], folder, is_durable, data)


def _installed_mysql() -> list[str] | None:
    server = _which("mysqld")
    if server is None:
        return None
    version = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=30)
    # MariaDB installs a mysqld of its own.
    return None if "MariaDB" in version.stdout else [server, "--no-defaults"]


def _fetched_mysql() -> list[str]:
    unpacked = _MYSQL.fetched()
    return [
        *unpacked.program("usr/sbin/mysqld"),
        *(f"--basedir={unpacked.root / 'usr'}", "--secure-file-priv=NULL"),
        f"--lc-messages-dir={unpacked.root / 'usr/share/mysql'}",
    ]


@dataclass(frozen=True)
class Unpacked:
    """A package of a newer Debian suite with what it depends on, under the user's cache; nothing is installed."""

    name: str
    suite: str
    package: str
    folder: str

    @property
    def cache(self) -> Path:
        home = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
        return home / "iop" / self.folder

    @property
    def root(self) -> Path:
        return self.cache / "root"

    def fetched(self) -> "Unpacked":
        """Itself, once it is there. Raises ServerUnavailable."""
        self.cache.mkdir(parents=True, exist_ok=True)
        with (self.cache / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self.cache / "complete").exists():
                self._fetch()
                (self.cache / "complete").touch()
        return self

    def program(self, path: str) -> list[str]:
        """How to start one: a newer suite's programs need its own C library, hence its own loader."""
        libraries = next(self.root.glob("usr/lib/*-linux-gnu"))
        loader = next(
            itertools.chain(
                libraries.glob(_SYSTEM_LOADER), self.root.glob(f"usr/lib*/{_SYSTEM_LOADER}")
            )
        )
        paths = (libraries, libraries / "mysql/private", self.root / "usr/lib/mysql/private")
        searched = ":".join(map(str, paths))
        return [str(loader), "--library-path", searched, str(self.root / path), "--no-defaults"]

    def _fetch(self) -> None:
        """Some 60 MB, from the mirror apt already uses."""
        keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
        if _which("apt-get") is None or not keyring.exists():
            raise ServerUnavailable(
                f"{self.name} is not installed, and this is no Debian to fetch it from"
            )
        apt = self.cache / "apt"
        for part in ("etc/preferences.d", "etc/apt.conf.d", "state/lists/partial"):
            (apt / part).mkdir(parents=True, exist_ok=True)
        (apt / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
        self.root.mkdir(exist_ok=True)
        source = f"deb [signed-by={keyring}] {_debian_mirror(self.name)} {self.suite} main\n"
        (apt / "etc/sources.list").write_text(source)
        options = {
            "Dir::Etc": apt / "etc",
            "Dir::State": apt / "state",
            "Dir::State::status": "/dev/null",
            "Dir::Cache": apt / "cache",
            "Acquire::Languages": "none",
            "APT::Sandbox::User": getpass.getuser(),
            "Debug::NoLocking": 1,
        }
        get = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
        install = ["-y", "--no-install-recommends", "--download-only", "install", self.package]
        _run(self.name, [*get, "update"], FETCH_TIMEOUT_S)
        _run(self.name, [*get, *install], FETCH_TIMEOUT_S)
        for package in sorted((apt / "cache/archives").glob("*.deb")):
            _unpack(package, self.root)
        shutil.rmtree(apt)


# MySQL is in no stable Debian; MariaDB 11.8 is Debian 13's.
_MYSQL = Unpacked("MySQL", "sid", "mysql-server-core", "mysql")
_MARIADB_11_8 = Unpacked("MariaDB 11.8", "trixie", "mariadb-server-core", "mariadb-11.8")


def _unpack(package: Path, root: Path) -> None:
    unwanted = ("./usr/share/doc", "./usr/share/man", "./usr/share/perl*", "./usr/lib/*/perl*")
    tar = ["tar", "-x", "-C", str(root), "--keep-directory-symlink"]
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE
    ) as archive:
        subprocess.run(
            [*tar, *(f"--exclude={path}" for path in unwanted)],
            stdin=archive.stdout,
            check=True,
            timeout=FETCH_TIMEOUT_S,
        )


def _debian_mirror(wanted: str) -> str:
    sources = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*.sources")]
    for source in (path for path in sources if path.exists()):
        found = re.search(
            r"^(?:URIs:|deb(?: +\[[^]]*\])?) *(http\S+?/debian/?)(?=\s|$)", source.read_text(), re.M
        )
        if found:
            return found[1]
    raise ServerUnavailable(f"{wanted} is not installed, and apt's sources name no Debian mirror")


def _server(
    scheme: str, command: list[str], folder: Path, is_durable: bool, data: Path
) -> DatabaseServer:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "error.log"
    # A socket's path must be shorter than 108 characters, and pytest's folders can be longer.
    socket_path = Path("/tmp") / f"iop-test-{os.getpid()}-{port}.sock"
    full = [
        *command,
        *(f"--port={port}", "--bind-address=127.0.0.1", f"--socket={socket_path}"),
        *(f"--pid-file={folder / 'pid'}", f"--log-error={log}", f"--tmpdir={folder}", *_TUNING),
        *(_DURABLE if is_durable else _FORGETFUL),
        *(f"--user={getpass.getuser()}", f"--datadir={data}"),
    ]
    return DatabaseServer(DatabaseAccount(scheme, port), full, log)


def _run(
    server: str, command: list[str], timeout_s: int = START_TIMEOUT_S, stdin: str | None = None
) -> None:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            input=stdin,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServerUnavailable(f"{server}: {error}") from error
    if done.returncode:
        output = (done.stderr or done.stdout)[-800:]
        raise ServerUnavailable(f"{server}: {Path(command[0]).name} failed: {output}")


def _which(program: str) -> str | None:
    return shutil.which(program, path=_SEARCH_PATH)
