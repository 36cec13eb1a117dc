"""Real k6 runs against a small HTTP server: what is sent, when, and what comes back as lines."""

from __future__ import annotations

import math
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from scipy import stats

from scalebed.engines.k6.protocol import Line, is_whole, parse_line
from scalebed.engines.k6.script import Journey, wrapper
from scalebed.engines.local.generator import K6Generator, K6Run, OwnScript, command, environment
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import EndpointSecond, GeneratorSecond
from scalebed.paths import ROOT
from scalebed.provision.k6 import ensure_k6
from scalebed.provision.named_k6 import find_k6
from tests.local.contacts_server import ContactsServer, contacts_server

SCRIPTS = ROOT / "loadtest" / "k6"
CONTACTS = 5000


@pytest.fixture(scope="session")
def k6() -> Path:
    return ensure_k6(Path(os.environ["SCALEBED_CACHE"]), ROOT / "loadtest" / "extension")


@pytest.fixture
def server() -> Iterator[ContactsServer]:
    with contacts_server() as running:
        yield running


@pytest.fixture
def generator(k6: Path, tmp_path: Path) -> K6Generator:
    return K6Generator(k6, SCRIPTS, tmp_path)


def target(server: ContactsServer) -> Target:
    return Target(server.url, (), ("generator",), None)


def load(
    workload: str, rate: float = 50.0, duration_s: float = 2.0, *, seed: int = 7, users: int | None = None
) -> Load:
    return Load(workload, rate, duration_s, 60, seed, CONTACTS, concurrency=users)


def test_a_k6_that_was_named_makes_the_load(k6: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its file is called, which it then calls itself."""
    renamed = tmp_path / "load-maker"
    renamed.symlink_to(k6)
    for named in (k6, renamed):
        monkeypatch.setenv("SCALEBED_K6", str(named))
        assert find_k6(tmp_path, tmp_path) == named


Lines = tuple[list[EndpointSecond], list[GeneratorSecond]]


def read_all(run: K6Run) -> Lines:
    endpoints: list[EndpointSecond] = []
    seconds: list[GeneratorSecond] = []
    while True:
        finished = run.finished
        more = run.poll(0.5)
        endpoints += more[0]
        seconds += more[1]
        if finished and not any(more):
            return endpoints, seconds


def succeed(generator: K6Generator, server: ContactsServer, what: Load) -> Lines:
    run = generator.start(target(server), what)
    lines = read_all(run)
    assert run.failure is None
    return lines


def test_what_k6_finds_in_a_home_does_not_change_the_load(
    server: ContactsServer, generator: K6Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """k6 1.8.1 takes options from `~/.config/k6/config.json`, for which no script has a word."""
    config = tmp_path / ".config" / "k6" / "config.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"rps": 1}', encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    endpoints, _ = succeed(generator, server, load("detail"))
    assert sum(second.count for second in endpoints) > 50


@pytest.mark.parametrize(
    ("workload", "endpoints"),
    [
        ("browse", {"detail", "list", "next", "filter"}),
        ("list", {"list", "next"}),
        ("deep-page", {"deep-page"}),
        ("search", {"search"}),
        ("detail", {"detail"}),
        ("write-mix", {"detail", "create", "patch", "transfer", "delete"}),
    ],
)
def test_every_request_is_counted_once(
    generator: K6Generator, server: ContactsServer, workload: str, endpoints: set[str]
) -> None:
    lines, seconds = succeed(generator, server, load(workload, rate=100.0))
    assert endpoints <= {line.endpoint for line in lines} <= endpoints | {"search"}
    assert {line.status // 100 for line in lines} == {2}
    assert sum(line.count for line in lines) == len(server.asked) == sum(second.arrivals for second in seconds)
    assert all(HdrHistogram.decode(line.histogram).get_total_count() == line.count for line in lines)
    assert sum(second.dropped for second in seconds) == 0


def test_latencies_are_what_the_server_took(generator: K6Generator, server: ContactsServer) -> None:
    server.delay_s = 0.1
    lines, seconds = succeed(generator, server, load("detail", rate=40.0, duration_s=4.0))
    merged = HdrHistogram(1, 120_000_000, 3)
    for line in lines:
        merged.decode_and_add(line.histogram)
    assert 100_000 <= merged.get_value_at_percentile(1) < 150_000
    # Little's law over the whole run: busy time is the sum of latencies, and a little of the scenario's own.
    busy_s = sum(second.in_flight for second in seconds)
    assert busy_s == pytest.approx(merged.get_mean_value() * merged.get_total_count() / 1e6, rel=0.05)


def test_browse_has_its_mix_and_follows_links(generator: K6Generator, server: ContactsServer) -> None:
    lines, _ = succeed(generator, server, load("browse", rate=250.0, duration_s=4.0))
    total = sum(line.count for line in lines)
    share = Counter[str]()
    for line in lines:
        share[line.endpoint] += line.count
    # Four standard deviations; a VU's first `next` counts as a first page.
    for endpoint, expected in {"detail": 0.5, "list": 0.25, "next": 0.15, "filter": 0.09, "search": 0.01}.items():
        slack = 4 * (expected * (1 - expected) / total) ** 0.5 + (0.03 if endpoint in {"list", "next"} else 0)
        assert share[endpoint] / total == pytest.approx(expected, abs=slack)
    followed = [asked for asked in server.asked if "mark" in asked.query]
    assert len(followed) == share["next"]
    assert {asked.query["mark"][0] for asked in followed} == {"a/b"}
    assert {asked.query["page"][0] for asked in followed} == {"2", "3"}


def test_a_link_that_leads_elsewhere_is_not_followed_and_fails_its_request(
    generator: K6Generator, server: ContactsServer
) -> None:
    server.origin = server.url.replace("http://", "https://")
    run = generator.start(target(server), load("list", rate=50.0, duration_s=2.0))
    lines, _ = read_all(run)
    assert any(line.error == "script error" for line in lines)
    said = next(check.check for check in run.checks if check.failed)
    assert f"names a next that leads away from {server.url}: https://127.0.0.1:" in said
    assert not [asked for asked in server.asked if "mark" in asked.query]


def test_keys_are_skewed_scattered_and_in_range(generator: K6Generator, server: ContactsServer) -> None:
    succeed(generator, server, load("detail", rate=300.0, duration_s=4.0))
    keys = Counter(int(asked.path.split("/")[3]) for asked in server.asked)
    assert min(keys) >= 1
    assert max(keys) <= CONTACTS
    assert all(re.fullmatch(r"/api/contacts/\d+/", asked.path) for asked in server.asked)
    # Zipf with exponent 0.99: the most popular of 5000 has 10.5 % of the requests.
    (hottest, most), (second, _) = keys.most_common(2)
    assert most / keys.total() == pytest.approx(0.105, abs=0.035)
    assert abs(hottest - second) > 50
    assert len(keys) > keys.total() / 5


def test_deep_pages_are_anywhere(generator: K6Generator, server: ContactsServer) -> None:
    succeed(generator, server, load("deep-page", rate=100.0, duration_s=3.0))
    pages = np.array([int(asked.query["page"][0]) for asked in server.asked])
    assert pages.min() >= 1
    assert pages.max() <= CONTACTS / 50
    assert stats.kstest(pages / (CONTACTS / 50), "uniform").pvalue > 0.001


def test_arrivals_are_poisson(generator: K6Generator, server: ContactsServer) -> None:
    """Made again where the host held up arrivals, which then come in heaps: more varied, but never as even."""
    for _ in range(4):
        server.asked.clear()
        lines, seconds = succeed(generator, server, load("detail", rate=200.0, duration_s=10.0))
        held_up = max(second.lag_ms for second in seconds) > 20
        if not held_up:
            break
    times = np.array(sorted(asked.at for asked in server.asked))
    counts = np.histogram(times, bins=np.arange(times[0], times[-1], 0.1))[0]
    # The index of dispersion of 100 Poisson counts has standard deviation 0.14; of even arrivals it is near 0.
    assert 0.5 < counts.var(ddof=1) / counts.mean() < (math.inf if held_up else 1.5)
    assert sum(second.arrivals for second in seconds) == pytest.approx(2000, abs=4 * 2000**0.5)
    assert sum(line.count for line in lines) == sum(second.arrivals for second in seconds)


def test_the_same_seed_asks_for_the_same_things(generator: K6Generator, server: ContactsServer) -> None:
    asked = []
    for seed in (3, 3, 4):
        succeed(generator, server, load("detail", seed=seed))
        asked.append(Counter(request.path for request in server.asked))
        server.asked.clear()
    assert asked[0] == asked[1] != asked[2]


def test_lines_come_soon_after_their_second(generator: K6Generator, server: ContactsServer) -> None:
    run = generator.start(target(server), load("detail", duration_s=4.0))
    late = []
    while not run.finished:
        endpoints, seconds = run.poll(5.0)
        late += [time.time() - (line.second + 1) for line in endpoints]
        late += [time.time() - (line.second + 1) for line in seconds]
    assert run.failure is None
    assert np.median(late) < 1.0
    assert max(late) < 2.0  # 1.5 s, and what a busy machine adds


def test_stopping_ends_the_load_and_keeps_the_lines(generator: K6Generator, server: ContactsServer) -> None:
    run = generator.start(target(server), load("detail", duration_s=600.0))
    counted = 0
    while counted == 0 and not run.finished:
        counted += sum(line.count for line in run.poll(5.0)[0])
    run.stop()
    run.stop()
    assert run.finished
    assert run.failure is None
    counted += sum(line.count for line in read_all(run)[0])
    # Only what was under way is lost.
    assert len(server.asked) - 3 <= counted <= len(server.asked)
    sent = len(server.asked)
    time.sleep(0.3)
    assert len(server.asked) == sent


def test_arrivals_without_a_free_vu_are_dropped_and_counted(generator: K6Generator, server: ContactsServer) -> None:
    server.delay_s = 0.25
    what = Load("detail", 40.0, 4.0, 2, 7, CONTACTS)
    _, seconds = succeed(generator, server, what)
    arrivals = sum(second.arrivals for second in seconds)
    dropped = sum(second.dropped for second in seconds)
    assert arrivals == len(server.asked)
    assert arrivals <= 2 * 4 / 0.25 + 2
    assert arrivals + dropped == pytest.approx(160, abs=4 * 160**0.5)
    assert max(second.in_flight for second in seconds) <= 2.0
    assert sum(second.in_flight for second in seconds) > 6.0


def test_the_closed_model_keeps_its_users_busy(generator: K6Generator, server: ContactsServer) -> None:
    server.delay_s = 0.05
    lines, seconds = succeed(generator, server, load("detail", duration_s=3.0, users=4))
    assert sum(line.count for line in lines) == len(server.asked) == pytest.approx(4 * 3 / 0.05, rel=0.2)
    assert sum(second.arrivals for second in seconds) == len(server.asked)
    assert Counter(second.in_flight for second in seconds).most_common(1)[0][0] == 4.0


def test_requests_without_an_answer_have_status_0(generator: K6Generator, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nothing listens
        nobody = Target(f"http://127.0.0.1:{taken.getsockname()[1]}", (), (), None)
        run = generator.start(nobody, load("detail", rate=200.0))
        lines, _ = read_all(run)
    assert run.failure is None
    assert {line.status for line in lines} == {0}
    assert not (tmp_path / "k6.log").exists() or (tmp_path / "k6.log").stat().st_size == 0


ANY_SCRIPT = """
import http from 'k6/http';
import { check } from 'k6';
const base = __ENV.BASE_URL;
export default function () {
  const one = http.get(`${base}/one`, { tags: { endpoint: '' } });
  const two = http.get(`${base}/two`, { tags: { name: '' } });
  const three = http.get(`${base}/three`);
  http.del(`${base}/api/contacts/1/`, null, { tags: { endpoint: '' } });
  check(two, { 'two': (answer) => check(three, { 'three': () => true }) && answer.status === 418 });
  check(one, { 'one': (answer) => answer.status === 200 });
  check(one.status === 418, { 'no answer': (value) => value });
}
"""


def test_no_tag_hides_a_request_and_a_check_judges_what_it_was_called_with(
    k6: Path, server: ContactsServer, tmp_path: Path
) -> None:
    script, entry = tmp_path / "any.js", tmp_path / "entry.js"
    script.write_text(ANY_SCRIPT, encoding="utf-8")
    entry.write_text(wrapper(script, SCRIPTS / "arrivals.js", Journey("default", {}, {})), encoding="utf-8")
    own = K6Generator(k6, SCRIPTS, tmp_path, own=OwnScript(entry, {"ONLY_TARGET": "true"}))
    endpoints, seconds = succeed(own, server, load("any", rate=20.0))
    counted: Counter[tuple[str, str]] = Counter()
    for line in endpoints:
        counted[line.endpoint, line.failure] += line.count
    (each,) = set(counted.values())
    assert each == sum(second.journeys for second in seconds) == len(server.asked) / 4
    assert set(counted) == {
        ("GET /one", ""), ("GET without a name", "check failed"), ("GET /three", ""),
        ("DELETE /api/contacts/{n}/", "4xx"), ("iteration", "check failed"),
    }  # fmt: skip


def test_a_missing_setting_is_the_generators_failure(generator: K6Generator, server: ContactsServer) -> None:
    run = generator.start(target(server), Load("browse", 1.0, 1.0, 1, 1, 0))
    assert read_all(run) == ([], [])
    assert "CONTACTS=0 must be a number of at least 1" in str(run.failure)
    assert "\n" not in str(run.failure)


def test_a_killed_k6_is_the_generators_failure(generator: K6Generator, server: ContactsServer) -> None:
    run = generator.start(target(server), load("detail", duration_s=60.0))
    assert run.failure is None
    run.poll(5.0)
    os.kill(run.pid, signal.SIGKILL)
    read_all(run)
    assert "signal 9" in str(run.failure)


def try_directly(
    k6: Path, server: ContactsServer, log: Path, env: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    argv = command(k6, SCRIPTS / "detail.js", log)
    said = environment(target(server), load("detail")) | env
    return subprocess.run([*argv, *arguments], env=said, capture_output=True, check=False)


def run_directly(k6: Path, server: ContactsServer, log: Path, env: dict[str, str], *arguments: str) -> list[Line]:
    done = try_directly(k6, server, log, env, *arguments)
    done.check_returncode()
    lines = [parse_line(row) for row in done.stdout.splitlines()]
    return [line for line in lines if line is not None and not isinstance(line, str)]


def test_steps_follow_one_another(k6: Path, server: ContactsServer, tmp_path: Path) -> None:
    run_directly(k6, server, tmp_path / "k6.log", {"STEPS": "30:3,0:1,150:3"})
    times = np.array([asked.at for asked in server.asked])
    times -= times.min()
    assert np.count_nonzero(times < 2.9) == pytest.approx(90, abs=40)
    assert np.count_nonzero((times > 3.1) & (times < 3.8)) == 0
    assert np.count_nonzero(times > 3.9) == pytest.approx(450, abs=85)


def test_execution_segments_share_the_load(k6: Path, server: ContactsServer, tmp_path: Path) -> None:
    """As the k6-operator's runners do: half of the rate each, and between them no request twice."""
    arrivals = []
    env = {"RATE": "100", "DURATION": "4s"}
    for segment in ("0:1/2", "1/2:1"):
        lines = run_directly(
            k6,
            server,
            tmp_path / "k6.log",
            env,
            f"--execution-segment={segment}",
            "--execution-segment-sequence=0,1/2,1",
        )
        arrivals.append(sum(line.arrivals for line in lines if isinstance(line, GeneratorSecond)))
    for half in arrivals:
        assert half == pytest.approx(200, abs=4 * 200**0.5)
    assert arrivals[0] != arrivals[1]
    paths = [asked.path for asked in server.asked]
    first, second = paths[: arrivals[0]], paths[arrivals[0] :]
    assert first[:20] != second[:20]


def test_a_load_that_is_told_of_no_contacts_asks_the_release(k6: Path, server: ContactsServer, tmp_path: Path) -> None:
    server.published = 20
    lines = run_directly(k6, server, tmp_path / "k6.log", {"CONTACTS": "", "RATE": "50", "DURATION": "2s"})
    first, *others = server.asked
    assert first.path == "/.well-known/dataset.json"
    ids = {int(asked.path.split("/")[3]) for asked in others}
    assert 10 < len(ids) <= 20
    assert max(ids) <= 20
    # What is asked before the load is no part of it.
    assert sum(line.count for line in lines if isinstance(line, EndpointSecond)) == len(others)


def test_a_load_on_a_release_that_tells_nothing_says_what_to_set(
    k6: Path, server: ContactsServer, tmp_path: Path
) -> None:
    done = try_directly(k6, server, tmp_path / "k6.log", {"CONTACTS": ""})
    assert done.returncode == 107
    assert "CONTACTS is not set and http://127.0.0.1:" in (tmp_path / "k6.log").read_text(encoding="utf-8")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--execution-segment=0:1/3", "--execution-segment-sequence=0,1/3,2/3,1"],
            "preAllocatedVUs=2 leaves the segment 2/3:1 of 3 without a VU, and its arrivals would not be made",
        ),
        (["--execution-segment=0:1/2"], "--execution-segment=0:1/2 stands without --execution-segment-sequence"),
    ],
    ids=["vus", "sequence"],
)
def test_a_load_that_would_lose_a_segment_s_arrivals_is_refused(
    k6: Path, server: ContactsServer, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    env = {"RATE": "30", "DURATION": "2s", "MAX_VUS": "2"}
    done = try_directly(k6, server, tmp_path / "k6.log", env, *arguments)
    assert done.returncode == 104
    assert sentence in (tmp_path / "k6.log").read_text(encoding="utf-8")
    assert not server.asked


def test_lines_are_numbered_to_their_end(k6: Path, server: ContactsServer, tmp_path: Path) -> None:
    done = try_directly(k6, server, tmp_path / "k6.log", {"RATE": "50", "DURATION": "2s"})
    rows = done.stdout.splitlines()
    assert len(rows) > 4
    assert is_whole(rows)
    assert not is_whole(rows[1:])
    assert not is_whole(rows[:-1])


def test_a_script_that_fails_the_test_by_itself_is_told_so(k6: Path, server: ContactsServer, tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    shutil.copytree(SCRIPTS, scripts)
    (scripts / "failing.js").write_text(
        "import exec from 'k6/execution';\n"
        "import { iterations } from './load.js';\n"
        "export { options, setup } from './load.js';\n"
        "export default iterations(() => { exec.test.fail('not as it should be'); });\n"
    )
    run = K6Generator(k6, scripts, tmp_path).start(target(server), load("failing", duration_s=1.0))
    read_all(run)
    assert "the scenario called exec.test.fail()" in str(run.failure)
