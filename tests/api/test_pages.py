"""The built dashboard is served: every page of it at its address, its files kept as long as they may be."""

import gzip
import json

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from iop_pipelines.api.pages import page_routes

HTML = {"accept": "text/html,*/*"}


@pytest.fixture
def client(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>IOP</title>")
    (tmp_path / "assets" / "index-abc.js").write_text("let a;")
    (tmp_path / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(b"let a;"))
    (tmp_path / "secret.txt").write_text("secret")
    return TestClient(Starlette(routes=page_routes(tmp_path)))


@pytest.mark.parametrize("path", ["/", "/reports", "/dashboards/3/panels/4?path=%5B%5D"])
def test_every_address_of_the_app_is_its_one_page(client, path):
    answer = client.get(path, headers=HTML)
    assert (answer.status_code, answer.text) == (200, "<title>IOP</title>")
    assert answer.headers["cache-control"] == "no-cache"


def test_files_named_by_their_content_are_kept_for_ever_and_sent_compressed(client):
    answer = client.get("/assets/index-abc.js", headers={"accept-encoding": "gzip"})
    assert answer.text == "let a;"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    plain = client.get("/assets/index-abc.js", headers={"accept-encoding": "identity"})
    assert (plain.text, "content-encoding" in plain.headers) == ("let a;", False)
    assert plain.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/", "</assets/home-a.js>; rel=modulepreload; crossorigin"),
        (
            "/reports/3?tab=made",
            "</assets/reports-b.js>; rel=modulepreload; crossorigin, "
            "</assets/reports-c.css>; rel=preload; as=style; crossorigin",
        ),
        ("/nowhere", None),
    ],
)
def test_a_page_names_the_files_that_it_needs_before_it_is_read(tmp_path, path, link):
    (tmp_path / "index.html").write_text("<title>IOP</title>")
    files = {"": ["assets/home-a.js"], "reports": ["assets/reports-b.js", "assets/reports-c.css"]}
    (tmp_path / "preloads.json").write_text(json.dumps(files))
    client = TestClient(Starlette(routes=page_routes(tmp_path)))
    assert client.get(path, headers=HTML).headers.get("link") == link
    assert client.get("/preloads.json").status_code == 404


@pytest.mark.parametrize(
    ("path", "reads"),
    [
        ("/", ["/api/auth/me", "/api/trpc/home.get", "/api/trpc/home.figures"]),
        (
            "/dashboards/7",
            ["/api/auth/me", "/api/trpc/dashboards.get?input=%7B%22id%22%3A7%7D"],
        ),
        (
            "/dashboards/8/edit",
            ["/api/auth/me", "/api/trpc/dashboards.get?input=%7B%22id%22%3A8%7D"],
        ),
        ("/dashboards", ["/api/auth/me"]),
        ("/models", ["/api/auth/me"]),
    ],
)
def test_who_is_signed_in_has_the_first_answers_asked_for_ahead(client, path, reads):
    link = client.get(path, headers={**HTML, "cookie": "iop_signed_in=1.a"}).headers["link"]
    expected = [f"<{read}>; rel=preload; as=fetch; crossorigin" for read in reads]
    assert link == ", ".join(expected)


def test_the_page_that_a_worker_keeps_names_no_answers(client):
    kept = {**HTML, "cookie": "iop_signed_in=1.a", "sec-fetch-mode": "cors"}
    assert "link" not in client.get("/", headers=kept).headers


def test_a_number_in_other_digits_is_no_dashboard(client):
    answer = client.get("/dashboards/\u0663", headers={**HTML, "cookie": "iop_signed_in=1.a"})
    assert (answer.status_code, "dashboards.get" in answer.headers["link"]) == (200, False)


@pytest.mark.parametrize(
    "path",
    [
        *("/assets/gone.js", "/assets/..%2fsecret.txt", "/icons/index.html"),
        *("/api/nothing", "/api/trpc2", "/sw.js"),
    ],
)
def test_what_is_not_a_file_of_the_app_is_not_its_page_either(client, path):
    assert client.get(path, headers=HTML).status_code == 404


def test_programs_are_told_that_nothing_is_there(client):
    assert client.get("/nowhere", headers={"accept": "application/json"}).status_code == 404


def test_without_a_build_the_page_says_how_to_make_one(tmp_path):
    answer = TestClient(Starlette(routes=page_routes(tmp_path))).get("/", headers=HTML)
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert "make dashboard" in answer.text
