"""Heavy reads over a real server: processes of their own, shares of accounts, bounds, and readers that break."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import heavy_procedures
import httpx
import pytest

from iop_pipelines.api.app import create_app
from iop_pipelines.api.readers import pool
from iop_pipelines.api.readers.heavy import Ask, Bounds
from iop_pipelines.api.readers.pool import Readers
from iop_pipelines.api.registry import ApiError
from iop_pipelines.settings import Settings
from served_app import Accounts, running, wait_until

WAITING = 3
PATIENCE_S = 60
# Readings are held by the tests; a machine that does much else is no fault of theirs.
BOUNDS = Bounds(limit_s=120)


@dataclass
class Served:
    """A server of `heavy_procedures`, and the folder by which its readings are seen and let go."""

    url: str
    readers: Readers
    folder: Path
    pool: ThreadPoolExecutor

    def call(self, who: str, name: str, **given: Any) -> httpx.Response:
        path = given.pop("path", "heavy.read")
        timeout = httpx.Timeout(120, read=given.pop("patience_s", 120))
        query = {"input": json.dumps({"folder": str(self.folder), "name": name, **given})}
        headers = {"authorization": f"Bearer {who}"}
        url = f"{self.url}/api/trpc/{path}"
        return httpx.get(url, params=query, headers=headers, timeout=timeout)

    def ask(self, who: str, name: str, **given: Any) -> Future[httpx.Response]:
        return self.pool.submit(self.call, who, name, **given)

    def begun(self, name: str = "*") -> list[str]:
        """Names of readings in the order in which they began."""
        found = sorted(self.folder.glob(f"{name}.*.begun"), key=lambda at: at.name.split(".")[1])
        return [at.name.split(".")[0] for at in found]

    def pids(self) -> set[int]:
        """Of the processes that began a reading."""
        texts = [at.read_text() for at in self.folder.glob("*.begun")]
        return {int(text) for text in texts if text}

    def metric(self, name: str) -> float:
        """name: with its labels."""
        lines = httpx.get(f"{self.url}/metrics").text.splitlines()
        (value,) = [line.rpartition(" ")[2] for line in lines if line.startswith(f"{name} ")]
        return float(value)

    def let_go(self, name: str) -> None:
        (self.folder / f"{name}.go").touch()

    def wait_for(self, waiting: int, at_work: int) -> None:
        def is_so() -> bool:
            standing = self.readers.standing()
            return (standing.waiting, standing.at_work) == (waiting, at_work)

        wait_until(is_so, PATIENCE_S)


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path, monkeypatch) -> Iterator[Serve]:
    # Its processes import the module of the procedures by themselves.
    monkeypatch.setenv("PYTHONPATH", str(Path(heavy_procedures.__file__).parent))
    settings = Settings.from_env({"IOP_HOME": str(tmp_path / "home")})
    folder = tmp_path / "seen"
    folder.mkdir()
    with ThreadPoolExecutor(16) as threads:
        open_servers = []

        def start(bounds: Bounds = BOUNDS, waiting: int = WAITING) -> Served:
            readers = Readers(
                settings, registry="heavy_procedures:build", bounds=bounds, count=2, waiting=waiting
            )
            app = create_app(
                settings,
                registry=heavy_procedures.build(),
                authenticate=Accounts().authenticate,
                parts=[],
                readers=readers,
            )
            server = running(app)
            open_servers.append(server)
            return Served(server.__enter__(), readers, folder, threads)

        yield start
        for server in open_servers:
            server.__exit__(None, None, None)


def data(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]["data"]


def error(answer: httpx.Response) -> dict[str, Any]:
    return answer.json()["error"]


def french(answer: httpx.Response) -> str:
    return error(answer)["data"]["translations"]["fr"]["message"]


def test_two_of_an_account_are_read_at_once_the_rest_waits_and_beyond_it_is_429(serve):
    served = serve()
    asked = {f"a{n}": served.ask("ada", f"a{n}") for n in (1, 2)}
    served.wait_for(0, 2)
    for n in (3, 4, 5):
        asked[f"a{n}"] = served.ask("ada", f"a{n}")
        served.wait_for(n - 2, 2)

    refused = served.call("ada", "a6")
    assert refused.status_code == 429
    assert error(refused)["data"]["code"] == "TOO_MANY_REQUESTS"
    assert error(refused)["message"].startswith("you have too many requests waiting; try again in ")
    assert french(refused).startswith("Trop de vos demandes sont en attente\u00a0; réessayez dans ")
    assert served.metric('iop_heavy_reads{state="waiting"}') == 3
    assert served.metric('iop_heavy_reads{state="running"}') == 2
    assert refused.headers["retry-after"] == str(error(refused)["data"]["retryAfter"])
    assert int(refused.headers["retry-after"]) >= 1
    plain = httpx.get(
        f"{served.url}/api/v1/heavy/read",
        params={"folder": str(served.folder)},
        headers={"authorization": "Bearer ada"},
    )
    assert (plain.status_code, "retry-after" in plain.headers) == (429, True)

    others = served.ask("vera", "v1")
    served.wait_for(4, 2)
    assert served.call("vera", "now", path="light.echo").json()["result"]["data"] == "now"
    wait_until(lambda: sorted(served.begun()) == ["a1", "a2"], PATIENCE_S)

    # One of the first account ends: it is the other account's turn, though three came before it.
    served.let_go("a1")
    assert data(asked["a1"].result(120))["text"] == "x"
    served.let_go("v1")
    assert data(others.result(120))["text"] == "x"
    for n in (2, 3, 4, 5):
        served.let_go(f"a{n}")
    for each in asked.values():
        data(each.result(120))
    assert served.begun().index("v1") == 2
    pids = {data(each.result(0))["pid"] for each in asked.values()}
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert served.metric("iop_reader_restarts_total") == 0


def test_what_is_kept_is_computed_once_for_all_who_ask_in_its_interval(serve):
    served = serve()
    first = served.ask("ada", "panel", life_s=60)
    wait_until(lambda: served.begun("panel") == ["panel"], PATIENCE_S)
    second = served.ask("vera", "panel", life_s=60)
    served.let_go("panel")
    assert (
        data(first.result(120))
        == data(second.result(120))
        == data(served.call("leaving", "panel", life_s=60))
    )
    assert served.begun("panel") == ["panel"]
    for _ in range(2):
        data(served.call("ada", "each", how="at once"))
    assert served.begun("each") == ["each", "each"]


def test_what_somebody_waits_for_in_a_long_queue_is_read_in_the_turn_of_another_who_wants_it(serve):
    served = serve()
    readers = served.readers

    def ask(name: str) -> Ask:
        given = json.dumps({"folder": str(served.folder), "name": name}).encode()
        return Ask("procedure", "heavy.read", f"request-{name}", {}, given)

    first = [readers.begin(1, ask(name)) for name in ("a1", "a2")]
    served.wait_for(0, 2)
    later = readers.begin(1, ask("a3"))
    shared = readers.begin(1, ask("shared"))
    assert readers.join(2, shared)
    for name in ("shared", "a1"):
        served.let_go(name)

    async def wait_for_all() -> None:
        once = await readers.wait(shared)
        assert await readers.wait(shared) == once
        order = served.begun()
        assert "a3" not in order[: order.index("shared")]
        for name in ("a2", "a3"):
            served.let_go(name)
        await asyncio.gather(*(readers.wait(each) for each in (*first, later)))

    asyncio.run(wait_for_all())


def test_a_reader_that_breaks_is_one_callers_503_and_is_replaced(serve):
    served = serve()
    broken = served.call("ada", "b", how="die")
    assert broken.status_code == 503
    assert error(broken)["message"] == "the server could not finish this; try again"
    assert french(broken).startswith("Le serveur n’a pas pu terminer")
    assert served.metric("iop_reader_restarts_total") == 1
    assert data(served.call("ada", "c", how="at once"))["text"] == "x"
    assert served.readers.look() is None
    for n in range(3):
        served.call("ada", f"d{n}", how="die")
    assert served.readers.look() == (
        "the last 3 readings broke their reader, which ended by signal 9"
    )
    data(served.call("ada", "e", how="at once"))
    assert served.readers.look() is None


def test_what_breaks_a_second_reader_is_refused_for_good_and_says_nothing_of_the_readers(serve):
    served = serve()
    assert served.call("ada", "b", how="die").status_code == 503
    for who in ("vera", "ada", "vera"):
        again = served.call(who, "b", how="die")
        assert (again.status_code, error(again)["data"]["code"]) == (422, "UNPROCESSABLE_CONTENT")
        assert error(again)["message"].startswith("the server failed at this more than once")
        assert french(again).startswith("Le serveur a échoué plusieurs fois")
    assert served.readers.look() is None
    served.let_go("b")
    data(served.call("ada", "b", how="die"))
    (served.folder / "b.go").unlink()
    assert served.call("ada", "b", how="die").status_code == 503


def test_few_of_those_that_broke_a_reader_are_remembered(serve, monkeypatch):
    monkeypatch.setattr(pool, "MAX_SUSPECTS", 1)
    served = serve()
    statuses = [served.call("ada", name, how="die").status_code for name in ("b", "c", "b", "b")]
    assert statuses == [503, 503, 503, 422]


def test_a_reader_that_fails_at_its_start_is_told_as_such_and_is_no_fault_of_what_was_asked(
    serve, monkeypatch
):
    served = serve()
    first = data(served.call("ada", "one", how="at once"))["pid"]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not is_alive(first), PATIENCE_S)
    # The next process does not find the procedures; on a busy machine its end takes longer too.
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setattr(pool, "CLOSE_S", PATIENCE_S)
    for _ in range(3):
        failed = served.call("ada", "two", how="at once")
        assert (failed.status_code, error(failed)["message"]) == (
            503,
            "the server could not finish this; try again",
        )
    assert served.readers.look() == (
        "the last 3 readings broke their reader, which ended with exit code 1 at its start"
    )


def test_a_reader_that_answers_no_more_and_does_not_end_is_ended(serve, monkeypatch):
    served = serve()
    with monkeypatch.context() as patched:
        patched.setattr(pool, "CLOSE_S", 0.2)
        assert served.call("ada", "m", how="mute").status_code == 503
    (muted,) = served.pids()
    assert not is_alive(muted)
    assert data(served.call("ada", "next", how="at once"))["pid"] != muted


def test_signals_to_all_processes_at_once_leave_what_is_being_read(serve):
    served = serve()
    held = served.ask("ada", "held")
    wait_until(served.pids, PATIENCE_S)
    (pid,) = served.pids()
    for each in (signal.SIGTERM, signal.SIGINT):
        os.kill(pid, each)
    served.let_go("held")
    assert data(held.result(120))["pid"] == pid


def test_what_takes_too_long_is_ended_with_its_reader(serve):
    served = serve(Bounds(limit_s=1))
    slow = served.call("ada", "slow")
    assert (slow.status_code, error(slow)["data"]["code"]) == (422, "UNPROCESSABLE_CONTENT")
    assert error(slow)["message"] == (
        "this takes longer than 1 s; choose a shorter period or add conditions"
    )
    assert french(slow).startswith("Ce calcul prend plus de 1 s\u00a0; choisissez une période")
    assert data(served.call("ada", "next", how="at once"))["text"] == "x"


@pytest.mark.skipif("sys.platform != 'linux'", reason="the system bounds no memory")
def test_what_needs_too_much_memory_is_refused_and_a_grown_reader_is_replaced(serve):
    served = serve(Bounds(limit_s=120, memory_bytes=700 * 1024**2))
    fat = served.call("ada", "fat", how="eat")
    assert (fat.status_code, "memory" in error(fat)["message"]) == (422, True)
    assert french(fat).startswith("Ce calcul demande plus de 700 Mo de mémoire")
    grown = data(served.call("ada", "grown", how="grow"))["pid"]
    wait_until(lambda: not is_alive(grown), PATIENCE_S)
    data(served.call("ada", "next", how="at once"))


def test_refusals_and_faults_come_back_as_those_of_other_procedures_do(serve):
    served = serve()
    refused = served.call("ada", "r", how="refuse")
    assert (refused.status_code, error(refused)["message"]) == (404, "there is no panel with id 7")
    failed = served.call("ada", "f", how="fail")
    assert failed.status_code == 500
    assert error(failed)["data"]["requestId"] == failed.headers["x-request-id"]
    assert "secret" not in failed.text
    wrong = served.call("ada", "w", size=-1)
    assert (wrong.status_code, error(wrong)["data"]["code"]) == (400, "BAD_REQUEST")
    large = served.call("ada", "l", how="at once", size=17 * 1024**2)
    assert (large.status_code, "larger than 16 MB" in error(large)["message"]) == (422, True)
    assert french(large).startswith("La réponse dépasse 16 Mo")
    assert data(served.call("ada", "p", how="print"))["text"] == "x"
    nobody = served.call("nobody", "n", how="at once")
    assert nobody.status_code == 401
    assert served.begun("n") == []


def test_who_hangs_up_leaves_the_queue_and_ends_what_nobody_else_waits_for(serve):
    served = serve()

    def hang_up(name: str, patience_s: float) -> None:
        with pytest.raises(httpx.ReadTimeout):
            served.call("ada", name, patience_s=patience_s)

    kept = served.ask("ada", "kept")
    served.wait_for(0, 1)
    running_one = served.pool.submit(hang_up, "left", 20)
    served.wait_for(0, 2)
    wait_until(lambda: len(served.pids()) == 2, PATIENCE_S)
    # It hangs up long before the reader of the other is free.
    waiting = served.pool.submit(hang_up, "never", 2)
    served.wait_for(1, 2)
    running_one.result(120)
    waiting.result(120)
    served.wait_for(0, 1)
    assert "never" not in served.begun()
    wait_until(lambda: sum(map(is_alive, served.pids())) == 1, PATIENCE_S)
    served.let_go("kept")
    data(kept.result(120))


def test_the_processes_end_with_the_server_and_what_waits_is_told(serve):
    served = serve()
    asked = [served.ask("ada", f"a{n}") for n in range(4)]
    served.wait_for(2, 2)
    wait_until(lambda: len(served.pids()) == 2, PATIENCE_S)
    pids = served.pids()
    served.readers.close()
    answers = [each.result(120) for each in asked]
    assert {answer.status_code for answer in answers} == {503}
    assert {error(answer)["message"] for answer in answers} == {"the platform is being stopped"}
    wait_until(lambda: not any(map(is_alive, pids)), PATIENCE_S)


def test_a_reader_that_is_killed_while_idle_is_replaced_without_a_word(serve):
    served = serve()
    first = data(served.call("ada", "one", how="at once"))["pid"]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not is_alive(first), PATIENCE_S)
    second = data(served.call("ada", "two", how="at once"))["pid"]
    assert second != first


@pytest.mark.every_database
def test_a_server_ends_a_statement_that_takes_too_long_and_the_reader_stays(
    server_url, tmp_path, monkeypatch
):
    monkeypatch.setenv("PYTHONPATH", str(Path(heavy_procedures.__file__).parent))
    settings = Settings.from_env({"IOP_HOME": str(tmp_path), "DATABASE_URL": server_url})
    readers = Readers(
        settings, registry="heavy_procedures:build", bounds=Bounds(60, statement_s=2), count=1
    )

    def read(how: str) -> bytes:
        given = json.dumps({"folder": str(tmp_path), "how": how}).encode()
        ask = Ask("procedure", "heavy.read", "request-1", {}, given)
        return asyncio.run(readers.wait(readers.begin(1, ask)))

    try:
        first = json.loads(read("at once"))["pid"]
        with pytest.raises(ApiError, match="takes longer than 60 s"):
            read("query")
        assert json.loads(read("at once"))["pid"] == first
    finally:
        readers.close()


def is_alive(pid: int) -> bool:
    """A process that ended and was not waited for yet is none any more."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return status != "Z"
