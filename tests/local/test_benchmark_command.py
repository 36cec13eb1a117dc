"""`manage.py benchmark` in both Django variants, for real: it measures, says what was cold, and survives timeouts."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scalebed.paths import ROOT
from tests.local.server import Server, running_server

APPS = ROOT / "apps"
CONTACTS = 400
CHARTS = {"time.svg", "queries.svg", "time-against-queries.svg", "distributions.svg", "pagination.svg"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with a loaded database, equipped for the optimized service's defaults."""
    with running_server() as running:
        with running.connect() as admin:
            admin.execute("CREATE DATABASE questions")
        for arguments in (
            ["migrate", "-v0"],
            ["generate_data", f"--count={CONTACTS}", "--workers=1"],
            ["db_objects", "strategy", "all"],
        ):
            manage(running, "dataset", *arguments).check_returncode()
        yield running


def manage(server: Server, service: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=APPS / service,
        env={
            **os.environ,
            "DATABASE_URL": server.url("questions"),
            "SECRET_KEY": "benchmark" * 8,
            "PYTHONPATH": str(APPS),
            **environment,
        },
        text=True,
        capture_output=True,
        check=False,
    )


def benchmark(server: Server, service: str, out: Path, *arguments: str, **environment: str) -> dict[str, Any]:
    brief = ["--repeats=2", "--cold=1", "--budget=1", f"--out={out}"]
    done = manage(server, service, "benchmark", *brief, *arguments, **environment)
    assert done.returncode == 0, done.stderr
    whole: dict[str, Any] = json.loads((out / "results.json").read_text(encoding="utf-8"))
    return whole


@pytest.mark.parametrize("service", ["naive", "optimized"])
def test_every_question_is_answered_in_each_variant(server: Server, service: str, tmp_path: Path) -> None:
    switches = "cache=off" if service == "optimized" else ""
    found = benchmark(
        server, service, tmp_path, "--explain", SWITCHES=switches, BENCHMARK_ADMIN_URL=server.url("postgres")
    )
    assert found["variant"] == service
    assert found["contacts"] == CONTACTS
    assert found["cold"]["PostgreSQL's buffers"] == "evicted"
    assert found["cold"]["file system's cache"] == "dropped for the database's files"
    by_name = {question["name"]: question for question in found["questions"]}
    assert len(by_name) == 18
    for name, question in by_name.items():
        assert {request["status"] for request in question["requests"]} == {200}, name
        assert [request["phase"] for request in question["requests"]].count("cold") == 1
        assert question["summary"]["warm"]["rows"] > 0, name
        assert question["explained"], name
        for explained in question["explained"]:
            assert any("Buffers:" in line or "rows=0" in line for line in explained["plan"]), explained
    # N+1: the naive list asks twice for each of its contacts, and once for each count and connection.
    queries = by_name["list"]["summary"]["warm"]["queries"]
    assert queries == 1 if service == "optimized" else 90 < queries < 110
    assert {depth["by"] for depth in found["curve"]} == {"number", "link"}
    assert {path.name for path in tmp_path.iterdir()} == CHARTS | {"results.json", "requests.csv"}
    with (tmp_path / "requests.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == sum(len(question["requests"]) for question in found["questions"])


def test_a_cold_request_finds_nothing_in_the_buffers(server: Server, tmp_path: Path) -> None:
    # Rows of pg_stat_database count blocks that were not in the buffers; only what evicts them makes any.
    read = "SELECT pg_stat_force_next_flush(), blks_read FROM pg_stat_database WHERE datname = 'questions'"
    reads = []
    for admin in ("", server.url("postgres")):
        with server.connect() as connection:
            before = connection.execute(read.encode()).fetchone()
            found = benchmark(
                server, "optimized", tmp_path, "--no-charts", "--no-curve", "--questions=list,detail", "--cold=5",
                SWITCHES="cache=off", BENCHMARK_ADMIN_URL=admin,
            )  # fmt: skip
            after = connection.execute(read.encode()).fetchone()
        assert before is not None
        assert after is not None
        reads.append(after[1] - before[1])
        said = found["cold"]["PostgreSQL's buffers"]
        assert said == "evicted" if admin else "BENCHMARK_ADMIN_URL names no superuser" in said
    assert reads[1] > 10 * max(1, reads[0])


def test_an_empty_cache_is_cold_and_a_full_one_answers_without_statements(server: Server, tmp_path: Path) -> None:
    found = benchmark(server, "optimized", tmp_path, "--no-charts", "--no-curve", "--questions=list", "--cold=2")
    by_phase = {phase: question["summary"][phase] for question in found["questions"] for phase in ("cold", "warm")}
    assert found["cold"]["service cache"] == "emptied"
    assert by_phase["cold"]["queries"] >= 1
    assert by_phase["warm"]["queries"] == 0


@pytest.mark.parametrize("service", ["naive", "optimized"])
def test_a_statement_timeout_is_a_result(server: Server, service: str, tmp_path: Path) -> None:
    with server.connect("questions") as connection:
        # In front of PostgreSQL's own on the search path: a substring is looked for in every row, slowly.
        connection.execute("CREATE SCHEMA IF NOT EXISTS slow")
        connection.execute(
            "CREATE OR REPLACE FUNCTION slow.upper(text) RETURNS text LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_sleep(0.02); RETURN pg_catalog.upper($1); END'"
        )
    found = benchmark(
        server, service, tmp_path, "--no-charts", "--no-curve", "--cold=0", "--questions=list,filter-part", "--explain",
        SWITCHES="cache=off" if service == "optimized" else "",
        PGOPTIONS="-c statement_timeout=400 -c search_path=slow,pg_catalog,public",
    )  # fmt: skip
    assert found["statement_timeout"] == "400ms"
    answered, stopped = found["questions"]
    assert {request["status"] for request in answered["requests"]} == {200}
    # Once is enough: the next one would take as long.
    (request,) = stopped["requests"]
    assert (request["status"], request["timed_out"]) == (503, True)
    assert 0.4 <= request["seconds"] < 5
    assert (stopped["summary"]["warm"]["timeouts"], stopped["summary"]["warm"]["errors"]) == (1, 0)
    plans = [explained["plan"] for explained in stopped["explained"]]
    assert ["It ran into the statement timeout, so there is no plan with times."] in plans


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--questions=everything"], "there is no question 'everything'; the questions are detail, list, "),
        (["--repeats=0"], "'0' is not a whole number from 1 on"),
    ],
)
def test_what_cannot_be_asked_is_refused(server: Server, arguments: list[str], sentence: str) -> None:
    done = manage(server, "naive", "benchmark", "--no-export", *arguments)
    assert done.returncode != 0
    assert sentence in done.stderr


def test_without_rows_it_says_to_load_some(server: Server, tmp_path: Path) -> None:
    with server.connect() as admin:
        admin.execute("CREATE DATABASE empty")
    assert manage(server, "naive", "migrate", "-v0", DATABASE_URL=server.url("empty")).returncode == 0
    done = manage(server, "naive", "benchmark", f"--out={tmp_path}", DATABASE_URL=server.url("empty"))
    assert done.returncode == 1
    assert "There are no contacts to ask for: run `manage.py generate_data` first." in done.stderr
    assert not list(tmp_path.iterdir())
