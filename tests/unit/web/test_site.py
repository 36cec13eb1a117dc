"""What is answered under which path, and what never is."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from staged import Stage

from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report
from scalebed.web.site import PAGE, site


class Client:
    """Asks a site without a socket."""

    def __init__(self, directory: RunDirectory) -> None:
        self._transport = httpx.ASGITransport(site(directory, threading.Event()))

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://localhost:8321") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("site") / "run")


@pytest.fixture
def client(stage: Stage) -> Client:
    return Client(stage.directory)


def test_the_page_and_all_that_it_names_is_there(client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    for path in PAGE.iterdir():
        name = "" if path.name == "index.html" else path.name
        answer = client.get(f"/{name}")
        assert answer.text == path.read_text(), name
    assert client.get("/page.js").headers["content-type"].startswith("text/javascript")


def test_nothing_is_fetched_from_elsewhere(client: Client) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    for path in PAGE.iterdir():
        told = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert re.search("https?:", told) is None, path.name


def test_every_answer_is_kept_from_others(client: Client) -> None:
    for path in ("/", "/report", "/no-such", "/trials/0/fast-x1/0"):
        headers = client.get(path).headers
        assert headers["cross-origin-resource-policy"] == "same-origin", path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["cache-control"] == "no-store", path


def test_a_finished_trial_is_told_as_one_under_way(client: Client, stage: Stage) -> None:
    for trial in stage.directory.trials():
        answer = client.get(f"/trials/{trial.block}/{trial.cell}/{trial.index}")
        first, *lines = map(json.loads, answer.text.splitlines())
        assert (first["kind"], first["verdict"]) == ("trial_over", trial.verdict)
        seconds = [line for line in lines if line["kind"] == "second"]
        counted = [s for s in seconds if trial.warmup_cut_s <= s["second"] < trial.duration_s]
        assert sum(s["served"] + sum(s["errors"].values()) for s in counted) == trial.requests
        assert sum(line["kind"] == "usage" for line in lines) == len(trial.usage)


@pytest.mark.parametrize(
    "path",
    [
        "/trials/0/fast-x1/99", "/trials/9/fast-x1/0", "/trials/0/*/0", "/trials/0/fast-x1/x",
        "/trials/0/..%2f..%2fmanifest/0", "/manifest.json", "/trials/",
        "/../manifest.json", "/%2e%2e/manifest.json", "/page/index.html", "/live/events.jsonl",
        "/trials/b00-fast-x1-00.json", "/..%2fmanifest.json", "/report/../manifest.json",
    ],
)  # fmt: skip
def test_nothing_else_of_a_run_is_given(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_report_is_given_once_it_is_there(client: Client, stage: Stage) -> None:
    assert "no report yet" in client.get("/report").text
    (stage.directory.path / "report.html").write_text("<p>said")
    answer = client.get("/report")
    assert answer.text == "<p>said"
    policy = answer.headers["content-security-policy"]
    assert re.search(r"default-src 'none'; script-src 'sha256-[^' ]+'; style-src", policy)


def test_what_the_report_leads_to_is_given(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "run")
    client = Client(stage.directory)
    Report(stage.directory).write()
    linked = re.findall(r'<a href="([^"#:]+)"', client.get("/report").text)
    assert {"report.md", "cells.csv", "junit.xml"} <= set(linked)
    for name in linked:
        assert client.get(f"/{name}").text == (stage.directory.path / name).read_text(), name
    assert client.get("/faults.csv").status_code == 404


def test_a_trial_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "run")
    path = next(stage.directory.trials_path.glob("b*.json"))
    path.write_text("{")
    _, cell, scale, index = path.stem.split("-")
    answer = Client(stage.directory).get(f"/trials/{int(path.name[1:3])}/{cell}-{scale}/{int(index)}")
    assert answer.status_code == 404
    assert "cannot be read as a Trial" in answer.text


@pytest.mark.parametrize(
    "headers", [{"host": "example.org"}, {"origin": "http://example.org"}, {"sec-fetch-site": "cross-site"}]
)
@pytest.mark.parametrize("path", ["/", "/events", "/report", "/trials/0/fast-x1/0"])
def test_others_get_nothing(client: Client, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 403
    assert len(answer.text) < 80
