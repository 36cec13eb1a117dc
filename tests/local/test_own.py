"""An application and a script of the user's own, for real: what comes back, and what is refused with which sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import yaml
from certificates import Issuer
from https_server import serving

from scalebed import paths
from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.local.isolation.processes import accepts
from scalebed.records.run_directory import RunDirectory, Trial
from scalebed.report.sentences.figures import figure
from tests.local import rooms

pytestmark = pytest.mark.timeout(600)

SERVICE = {"command": "python serve.py", "environment": sys.prefix}
BEGIN = "import http from 'k6/http';\nimport { check, group, sleep } from 'k6';\nconst base = __ENV.BASE_URL;\n"
FINE = BEGIN + "export default function () { http.get(`${base}/ok`); }\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The application's, with a blank in its name."""
    made = tmp_path / "my shop"
    shutil.copytree(Path(__file__).parent / "own", made)
    return made


def scalebed(folder: Path, *words: str, within_s: float = 200, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SCALEBED_CACHE": str(rooms.make_cache()), "PYTHONPATH": str(paths.ROOT), **more}
    return subprocess.run(
        [sys.executable, "-m", "scalebed", *words],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=within_s, check=False,
    )  # fmt: skip


def write(folder: Path, script: str = FINE, **more: object) -> None:
    (folder / "load.js").write_text(script, encoding="utf-8")
    keys = {
        "name": "shop", "service": SERVICE, "load": {"script": "load.js"}, "slo": ["p(95) < 2 s", "errors < 1 %"],
        "kind": "fixed-rate", "rates": [20], "duration": 10, "blocks": 1, "search": {"min_requests": 60}, **more,
    }  # fmt: skip
    (folder / "scalebed.yaml").write_text(yaml.safe_dump(keys), encoding="utf-8")


def said(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join((done.stdout + done.stderr).split())


def measured(folder: Path, code: int = 0, **more: str) -> Trial:
    """The last trial of a run. Where a hypervisor takes CPU throughout, what did not pass has no valid answer (3)."""
    done = scalebed(folder, "run", "--out", "run", "--host", "shared", **more)
    *_, trial = RunDirectory(folder / "run").trials()
    assert done.returncode == (3 if trial.verdict == "INVALID" else code), said(done)
    return trial


JOURNEY = (
    BEGIN
    + "import exec from 'k6/execution';"
    + """
export const options = { vus: 7, duration: '3h', thresholds: { http_req_duration: ['p(95)<1'] }, maxRedirects: 5 };
const names = JSON.parse(open('./names.json'));
export function setup() { return http.get(`${base}/status/200`).status; }
export default function (status) {
  group('first', () => {
    check(http.get(`${base}/wait/20`), { [`${names.length} names`]: (answer) => answer.status === status });
  });
  sleep(0.3);
  console.error(`it prints ${__ENV.WORD}`);
  http.get('https://shop.example/go');
  http.get(`${base}/go`, { tags: { name: 'named' } });
  const item = http.get(`${base}/secret`, { tags: { name: 'item' } });
  check(item, { 'they share a secret': (answer) => answer.body === __ENV.WORD });
  if (exec.scenario.iterationInTest === 60) {
    throw new Error(`${'it throws '.repeat(20)} ${__ENV.WORD}`); // where only half of it would be kept
  }
}
"""
)


@pytest.mark.alone
def test_a_journey_of_several_requests_and_pauses_passes(folder: Path) -> None:
    write(
        folder, JOURNEY, service={**SERVICE, "secrets": {"SHOP_SECRET": {"variable": "MY_SECRET"}}},
        load={"script": "load.js", "rewrite": ["https://shop.example"], "secrets": {"WORD": {"file": "word"}}},
    )  # fmt: skip
    (folder / "names.json").write_text('["a", "b"]', encoding="utf-8")
    (folder / "word").write_text("s3cr3t-w0rd\n", encoding="utf-8")
    trial = measured(folder, MY_SECRET="s3cr3t-w0rd")
    assert trial.verdict == "PASS", trial.reasons
    assert {second.endpoint for second in trial.endpoints} == {"first", "GET /go", "named", "item", "iteration"}
    assert trial.requests_per_arrival == pytest.approx(4, rel=0.1)
    assert 250 < (trial.pause_ms or 0) < 600
    failed = {check.check: check.failed for check in trial.checks}
    thrown = failed.pop(
        next(check for check in failed if check.startswith("the script throws nothing (Error: it throws"))
    )
    assert (failed, thrown) == ({"2 names": 0, "they share a secret": 0}, 1)
    manifest = RunDirectory(folder / "run").manifest()
    assert any("The script's vus, duration give way" in finding for finding in manifest.findings)
    assert any("thresholds have no effect" in finding for finding in manifest.findings)
    assert manifest.fingerprint["applications"]["shop"]["command"] == "python serve.py"
    assert set(manifest.fingerprint["applications"]["shop"]["sources"]) == {"fill.py", "serve.py", "load.js"}
    assert set(manifest.fingerprint["script"]["files"]) == {str(folder / name) for name in ("load.js", "names.json")}
    assert "packages" not in manifest.fingerprint, "those of the testbed say nothing of the application"
    assert "journeys a second" in (folder / "run" / "report.md").read_text(encoding="utf-8")
    places = (folder / "run", rooms.make_cache() / "run")
    written = [path for place in places for path in place.rglob("*") if path.is_file()]
    assert [path for path in written if b"s3cr3t" in path.read_bytes()] == []
    log = rooms.make_cache() / "run" / "engine" / "k6.log"  # beside it may lie what a duet before has left
    assert log in written
    assert "it prints [secret]" in log.read_text(encoding="utf-8")


@pytest.mark.alone
def test_every_answer_is_counted_and_the_limit_of_an_endpoint_may_break(folder: Path) -> None:
    """Of four requests a journey one fails, which is allowed; one is slower than its own limit, which is not."""
    asked = "".join(f"http.get(`${{base}}/{path}`);" for path in ("ok", "status/204", "status/503", "wait/150"))
    slo = ["p(70) < 2 s", "errors < 40 %", "p(90) < 100 ms for GET /wait/{n}"]
    write(folder, f"{BEGIN}export default function () {{ {asked} }}", slo=slo)
    trial = measured(folder, code=1)
    assert trial.errors["5xx"] / trial.requests == pytest.approx(0.25, abs=0.01)
    assert {second.status for second in trial.endpoints} == {200, 204, 503}
    assert trial.judged == "FAIL"
    assert "requests for GET /wait/{n} were slower than 100 ms" in " ".join(trial.reasons)


def test_its_own_database_is_filled_once_and_put_back_each_time(folder: Path) -> None:
    """Three rows are filled in, and each answer adds one."""
    script = BEGIN + "export function setup() { return Number(http.get(`${base}/rows`).body); }\n"
    script += "export default function (first) { http.get(`${base}/rows`);"
    script += " check(null, { 'it began with three': () => first === 4 }); }"
    write(folder, script, database={"setup": ["python fill.py"], "depends_on": ["fill.py"]})
    for filled in (1, 0):
        done = scalebed(folder, "check")
        assert done.returncode == 0, said(done)
        assert said(done).count("Filling a database by 1 command of the application") == filled


def test_check_does_everything_but_measure(folder: Path) -> None:
    thresholds = "export const options = { thresholds: { 'http_req_duration{name:home}': ['p(90)<2000'] } };"
    asked = "http.get(`${base}/go`); sleep(0.2); http.get(`${base}/ok`, { tags: { name: 'home' } });"
    write(
        folder,
        f"{BEGIN}{thresholds}export default function () {{ {asked} }}",
        slo=["p(95) < 2 s", "p(95) < 2 s for hme", "thresholds"],
    )
    done = scalebed(folder, "check")
    assert done.returncode == 0, said(done)
    assert "Mind: no request came for hme, which slo limits; the endpoints that came are: " in said(done)
    assert "each of 2 requests in" in said(done)
    assert "Everything works: run it." in done.stdout
    assert not (folder / "runs").exists()


WRONG: Mapping[str, tuple[Mapping[str, object], str, int, str]] = {
    "a command that exits": (
        {"service": {**SERVICE, "command": "python -c 'raise SystemExit(\"no database there\")'"}}, FINE, 2,
        "shop-0 ended with status 1 while starting; its log",
    ),
    "with its last words": (
        {"service": {**SERVICE, "command": "python -c 'raise SystemExit(\"no database there\")'"}}, FINE, 2,
        "ends with: no database there",
    ),
    "a port that never listens": (
        {"service": {**SERVICE, "command": "sleep 100", "ready_within": "2s"}}, FINE, 2,
        "was not ready within 2 s: nothing listened on its port",
    ),
    "a readiness that redirects elsewhere": (
        {"service": {**SERVICE, "ready": "/status/503", "ready_within": "2s"}}, FINE, 2,
        "was not ready within 2 s: GET /status/503 was a 503",
    ),
    "a program that is not there": (
        {"service": {**SERVICE, "command": "none-such"}}, FINE, 2,
        "service.command: there is no program none-such; install it",
    ),
    "a set-up that fails": (
        {"database": {"setup": ["python -c 'raise SystemExit(\"no such table\")'"]}}, FINE, 2,
        "ended with status 1: no such table",
    ),
    "a set-up that drops its database": (
        {"database": {"setup": ["python fill.py --drop"]}}, FINE, 2,
        "database.setup: it left no database that can be used",
    ),
    "a script that throws at its start": (
        {}, "throw new Error('no settings'); export default function () {}", 2, "k6 cannot load it: Error: no settings",
    ),
    "a script that throws in its second request": (
        {}, BEGIN + "export default function () { http.get(`${base}/ok`); nothing.there; http.get(`${base}/ok`); }", 1,
        "script error",
    ),
    "a check that always fails": (
        {}, BEGIN + "export default function () { check(http.get(`${base}/ok`), { 'it is right': () => false }); }", 1,
        "check failed",
    ),
    "a redirect that nobody follows": (
        {}, BEGIN + "export default function () { http.get(`${base}/go`, { redirects: 0 }); }", 1, "3xx",
    ),
    "a script without a journey": (
        {},
        BEGIN + "export const x = 1;",
        2,
        "no exported functions",
    ),
    "a journey that the script does not export": (
        {"load": {"script": "load.js", "exec": "brows"}}, FINE, 2,
        "load.js exports no function brows; name the one that is a journey as load.exec",
    ),
    "a threshold that no SLO can say": (
        {"slo": "thresholds"}, f"{FINE}export const options = {{ thresholds: {{ http_reqs: ['rate>9'] }} }};", 2,
        "none of latency, errors or checks as they are judged here: http_reqs: rate>9",
    ),
    "a request to somebody else": (
        {}, BEGIN + "export default function () { http.get('http://cdn.example/x'); }", 1,
        "the script asks for http://cdn.example:80, which is not the target",
    ),
    "another protocol": (
        {}, "import ws from 'k6/ws'; export default function () { ws.connect(''); }", 2,
        "imports k6/ws: WebSockets cannot be measured",
    ),
    "another protocol, required": (
        {},
        "const ws = require('k6/ws'); exports.default = function () { ws.connect(''); };",
        2,
        "imports k6/ws: WebSockets cannot be measured",
    ),
    "a service that ends in the middle of it": (
        {},
        BEGIN + "export default function () { http.get(`${base}/end`); }",
        1,
        "Replica 1 of 1 ended with status 7",
    ),
    "a script that asks nothing": (
        {},
        BEGIN + "export default function () { sleep(0.1); }",
        1,
        "the script asked nothing of the service",
    ),
    "a name that looks like markup": (
        {},
        BEGIN + "export default function () { http.get(`${base}/status/500`, { tags: { name: '[/x]' } }); }",
        1,
        "5xx",
    ),
    "a variable that says how much load there is": (
        {"load": {"script": "load.js", "env": {"RATE": 5}}}, FINE, 2, "load.env: RATE says how much load there is",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_work_is_told_before_anything_is_measured(folder: Path, case: str) -> None:
    more, script, code, told = WRONG[case]
    write(folder, script, **more)
    done = scalebed(folder, "check")
    assert (done.returncode, told in said(done)) == (code, True), said(done)
    assert not [process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == str(folder)]


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The service, as somebody else has started it; the url where it is."""
    port = free_port()
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port)}
    with subprocess.Popen([sys.executable, "serve.py"], cwd=folder, env=environment) as process:
        try:
            while not accepts(port):
                assert process.poll() is None
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.mark.alone
def test_what_runs_already_is_measured_where_it_is(folder: Path) -> None:
    (folder / "load.js").write_text(
        BEGIN + "export default function () { http.get(`${base}/burn/2`); }", encoding="utf-8"
    )
    settings = ["--set", "kind=fixed-rate", "--set", "rates=[40]", "--set", "duration=10", "--set", "blocks=1"]
    with running(folder) as url:
        where = ["--url", url, "--script", "load.js", "--slo", "p(95) < 2 s", "--slo", "errors < 1 %"]
        unseen = scalebed(folder, "run", *where, *settings, "--out", "unseen", "--host", "shared")
        port = f"service.observe=port:{url.rpartition(':')[2]}"
        seen = scalebed(folder, "run", *where, *settings, "--set", port, "--out", "seen", "--host", "shared")
        assert accepts(int(url.rpartition(":")[2])), "it is not ours to stop"
    assert unseen.returncode == seen.returncode == 0, said(unseen) + said(seen)
    assert "It was running already: no quota was set on it" in said(unseen)
    assert "what CPU it used, or what held it back" in said(unseen)
    *_, blind = RunDirectory(folder / "unseen").trials()
    *_, watched = RunDirectory(folder / "seen").trials()
    assert "service" not in blind.cpu_s_per_request
    assert 0.002 < watched.cpu_s_per_request["service"] < 0.02


@pytest.mark.alone
def test_a_capacity_is_looked_for_below_what_the_quota_allows(folder: Path) -> None:
    """10 ms of CPU a journey under a fifth of a core: 20 a second, of which trials of 12 s and a precision of 30% tell
    as much. As few trials as may be, so that a host that is disturbed throughout says so in time."""
    script = (
        BEGIN + "export default function () { http.get(`${base}/burn/4`); sleep(0.1); http.get(`${base}/burn/6`); }"
    )
    search = {"precision": 0.3, "max_trial": 12, "max_trials": 6, "min_requests": 100}
    write(folder, script, kind="capacity", rates=[], duration=None, cpu_per_replica=0.2, search=search)
    done = scalebed(folder, "run", "--out", "run", "--host", "shared")
    assert done.returncode in (0, 3), said(done)
    (repetition,) = RunDirectory(folder / "run").repetitions()
    served = repetition.capacity or repetition.lower
    assert (done.returncode, served is None or 2 < served < 20 * 1.3) in ((0, True), (3, True)), said(done)
    if repetition.capacity:
        assert f"shop serves {figure(repetition.capacity)} journeys a second" in said(done)


def test_a_url_where_nothing_is_is_one_sentence(folder: Path) -> None:
    write(folder)
    done = scalebed(folder, "check", "--url", "http://127.0.0.1:1")
    assert done.returncode == 2
    assert "service.url: nothing answers at http://127.0.0.1:1" in said(done)


def test_a_service_that_asks_who_is_there_is_told(folder: Path) -> None:
    """A client's certificate and a header go along, to the service alone, and the script knows of neither."""
    issuer = Issuer(folder)
    client = issuer.issue("client")
    shown = {"ca": "issuer.pem", "cert": client.certificate.name, "key": client.key.name}
    headers = {"Authorization": {"variable": "SHOP_TOKEN"}}
    with serving(issuer.issue("shop"), clients=issuer.certificate) as port:
        url = f"https://localhost:{port}"
        write(folder, service={"url": url, **shown, "headers": headers})
        done = scalebed(folder, "check", SHOP_TOKEN="Bearer s3cr3t")
        assert done.returncode == 0, said(done)
        assert "Everything works: run it." in said(done)
        write(folder, service={"url": url, **shown})
        unnamed = scalebed(folder, "check")
        assert (unnamed.returncode, "× 404" in said(unnamed)) == (1, True), said(unnamed)
    assert "s3cr3t" not in said(done)
    made = (rooms.make_cache() / "run" / "engine").rglob("*")
    assert not [path for path in made if path.is_file() and b"s3cr3t" in path.read_bytes()]


def test_from_an_empty_folder_to_an_answer(tmp_path: Path) -> None:
    with running(Path(__file__).parent / "own") as url:
        begun = scalebed(tmp_path, "init", "--url", url)
        assert begun.returncode == 0, said(begun)
        checked = scalebed(tmp_path, "check")
        assert checked.returncode == 0, said(checked)
        assert scalebed(tmp_path, "init", "--url", url).returncode == 2
