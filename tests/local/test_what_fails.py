"""What counts as an error, with real k6 and servers and scripts that go wrong: none of these may look well."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalebed.engines.local.generator import K6Generator, K6Run
from scalebed.measurement.histograms import decode
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import EndpointSecond, GeneratorSecond
from scalebed.paths import ROOT
from scalebed.provision.k6 import ensure_k6
from tests.local.odd_server import Answer, OddServer, odd_server

SCRIPTS = ROOT / "loadtest" / "k6"
BODY = "check(http.get(`${BASE_URL}/a`, A), { 'it is right': () => true });"
SCRIPT = """
import {{ check, sleep }} from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import {{ iterations }} from './load.js';
import {{ parameters }} from './requests.js';
import {{ BASE_URL }} from './settings.js';
export {{ options }} from './load.js';
const A = parameters('a', true);
export default {function};
"""


@pytest.fixture(scope="module")
def k6() -> Path:
    return ensure_k6(Path(os.environ["SCALEBED_CACHE"]), ROOT / "loadtest" / "extension")


@pytest.fixture
def server() -> Iterator[OddServer]:
    with odd_server() as running:
        yield running


@pytest.fixture(params=["open", "closed", "stages"])
def load(request: pytest.FixtureRequest) -> Load:
    """Of a script of the test's own."""
    users = None if request.param == "open" else 2
    stages = ((2, 1.0), (1, 1.0)) if request.param == "stages" else ()
    return Load("odd", 40.0, 2.0, 30, 7, 1000, concurrency=users, stages=stages)


class Came:
    """What came of a load."""

    def __init__(self, run: K6Run) -> None:
        self.lines: list[EndpointSecond] = []
        self.seconds: list[GeneratorSecond] = []
        while True:
            finished = run.finished
            endpoints, seconds = run.poll(0.5)
            self.lines += endpoints
            self.seconds += seconds
            if finished and not endpoints and not seconds:
                break
        self.failure = run.failure
        self.checks = {check.check: check for check in run.checks}

    @property
    def outcomes(self) -> Counter[tuple[str, int, str]]:
        """By endpoint, status and error."""
        counted: Counter[tuple[str, int, str]] = Counter()
        for line in self.lines:
            assert decode(line.histogram).total == line.count
            assert not line.undelayed or decode(line.undelayed).total == line.count
            counted[line.endpoint, line.status, line.failure] += line.count
        return counted

    @property
    def arrivals(self) -> int:
        return sum(second.arrivals for second in self.seconds)


def run(k6: Path, server: OddServer, folder: Path, load: Load, body: str, *, wrapped: bool = True) -> Came:
    scripts = folder / "scripts"
    shutil.copytree(SCRIPTS, scripts)
    function = f"() => {{ {body} }}"
    script = SCRIPT.format(function=f"iterations({function})" if wrapped else function)
    (scripts / "odd.js").write_text(script, encoding="utf-8")
    came = Came(K6Generator(k6, scripts, folder).start(Target(server.url, (), (), None), load))
    assert came.arrivals > 5
    return came


def nothing_but(came: Came, outcome: tuple[str, int, str], arrivals: int) -> None:
    assert came.failure is None
    assert set(came.outcomes) == {outcome}
    # In a closed model an iteration that is cut short at the end has ended no request.
    assert came.outcomes[outcome] == pytest.approx(arrivals, abs=3)


def test_what_is_right_succeeds(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.delay_s = 0.02
    came = run(k6, server, tmp_path, load, BODY)
    nothing_but(came, ("a", 200, ""), server.asked["/a"])
    assert came.checks["it is right"].failed == 0


def test_a_redirect_to_everything_fails(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.delay_s = 0.02
    server.answer = lambda _: (301, {"Location": "/b"})
    came = run(k6, server, tmp_path, load, BODY)
    nothing_but(came, ("a", 301, "3xx"), server.asked["/a"])
    assert server.asked["/b"] == 0


def test_a_redirect_that_the_script_follows_is_one_request(
    k6: Path, server: OddServer, tmp_path: Path, load: Load
) -> None:
    server.delay_s = 0.02
    server.answer = lambda path: (302, {"Location": "/b"}) if path == "/a" else (200, {})
    came = run(k6, server, tmp_path, load, "http.get(`${BASE_URL}/a`, { ...A, redirects: 3 });")
    nothing_but(came, ("a", 200, ""), server.asked["/b"])
    assert server.asked["/a"] == pytest.approx(server.asked["/b"], abs=3)
    for line in came.lines:
        assert decode(line.undelayed or line.histogram).percentile_ms(1) >= 40  # both answers took their time


def test_a_redirect_without_an_end_fails(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.delay_s = 0.005
    server.answer = lambda _: (302, {"Location": "/a"})
    came = run(k6, server, tmp_path, load, "http.get(`${BASE_URL}/a`, { ...A, redirects: 3 });")
    nothing_but(came, ("a", 302, "3xx"), server.asked["/a"] // 4)


def test_a_status_that_the_script_declares_is_no_error(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.delay_s = 0.02
    server.answer = lambda path: (404 if path == "/a" else 301, {})
    declared = "http.get(`${BASE_URL}/a`, { ...A, responseCallback: http.expectedStatuses(404) });"
    undeclared = "http.get(`${BASE_URL}/b`, { ...A, tags: { endpoint: 'b' } });"
    redirect = (
        "http.get(`${BASE_URL}/c`, "
        "{ ...A, tags: { endpoint: 'c' }, responseCallback: http.expectedStatuses({ min: 300, max: 399 }) });"
    )
    came = run(k6, server, tmp_path, load, declared + undeclared + redirect)
    assert set(came.outcomes) == {("a", 404, ""), ("b", 301, "3xx"), ("c", 301, "")}


def test_not_found_fails(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.delay_s = 0.02
    server.answer = lambda _: (404, {})
    nothing_but(run(k6, server, tmp_path, load, BODY), ("a", 404, "4xx"), server.asked["/a"])


def test_a_closed_connection_is_no_answer(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.answer = lambda _: None
    came = run(k6, server, tmp_path, load, BODY + "sleep(0.02);")
    nothing_but(came, ("a", 0, "no response"), came.arrivals)


def test_every_check_failing_fails_every_request(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.delay_s = 0.02
    came = run(k6, server, tmp_path, load, BODY.replace("() => true", "() => false"))
    nothing_but(came, ("a", 200, "check failed"), server.asked["/a"])
    check = came.checks["it is right"]
    assert (check.passed, check.beside) == (0, 0)
    assert check.failed == came.outcomes["a", 200, "check failed"]


def test_checks_of_a_batch_fail_as_many_of_it(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.delay_s = 0.02
    body = (
        "const all = http.batch([1, 2, 3].map(() => ['GET', `${BASE_URL}/a`, null, A]));"
        "all.forEach((one, index) => check(one, { 'it is right': () => index === 0 }));"
    )
    came = run(k6, server, tmp_path, load, body)
    assert set(came.outcomes) == {("a", 200, ""), ("a", 200, "check failed")}
    assert came.outcomes["a", 200, "check failed"] == pytest.approx(2 * came.outcomes["a", 200, ""], abs=6)


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_script_that_throws_fails_each_time(
    k6: Path, server: OddServer, tmp_path: Path, load: Load, wrapped: bool
) -> None:
    server.delay_s = 0.02
    thrown = "http.get(`${BASE_URL}/a`, A); null.length;"
    came = run(k6, server, tmp_path, load, thrown, wrapped=wrapped)
    assert came.failure is None
    assert set(came.outcomes) == {("a", 200, ""), ("iteration", 0, "script error")}
    assert came.outcomes["iteration", 0, "script error"] == pytest.approx(server.asked["/a"], abs=3)
    ((said, check),) = came.checks.items()
    assert said.startswith("the script throws nothing (TypeError: ")
    assert (check.passed, check.failed) == (0, came.outcomes["iteration", 0, "script error"])


def test_a_promise_that_is_rejected_is_thrown_too(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.delay_s = 0.02
    came = run(k6, server, tmp_path, load, "http.get(`${BASE_URL}/a`, A); Promise.reject(new Error('not so'));")
    assert came.outcomes["iteration", 0, "script error"] == pytest.approx(server.asked["/a"], abs=3)


def test_one_failure_among_many_is_one(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.delay_s = 0.01
    count = iter(range(10**6))

    def answer(_: str) -> Answer | None:
        return (500, {}) if next(count) == 7 else (200, {})

    server.answer = answer
    came = run(k6, server, tmp_path, load, BODY)
    assert came.outcomes["a", 500, "5xx"] == 1
    assert came.outcomes["a", 200, ""] > 5


def test_a_script_may_still_end_the_load(k6: Path, server: OddServer, tmp_path: Path, load: Load) -> None:
    server.delay_s = 0.02
    came = run(k6, server, tmp_path, load, BODY + "if (exec.scenario.iterationInTest > 8) exec.test.abort('enough');")
    assert "the scenario ended it: " in str(came.failure)
    assert "enough" in str(came.failure)
