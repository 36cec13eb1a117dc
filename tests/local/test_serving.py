"""`scalebed serve`, as a person has it: addresses that answer, one sentence where it cannot, and nothing left of it."""

from __future__ import annotations

import http.client
import json
import os
import pty
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from processes import children, living, names
from quick import of_these_quick

from scalebed import paths
from scalebed.engines.host import Placement
from scalebed.engines.local.isolation.processes import accepts, part_account
from scalebed.engines.local.isolation.quota import Quota
from scalebed.engines.local.parts.databases import Databases
from scalebed.engines.local.parts.postgres import Cluster
from scalebed.engines.local.rig import Rig, cluster_folder
from scalebed.engines.services import read_service
from scalebed.provision.servers import find_parts
from tests.local import rooms

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("cache")]

_COMMAND = """
import signal
import sys
# Whoever runs the tests may have had them ignored: nohup, or a shell's job in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from pathlib import Path
from scalebed import paths
paths.ROOT = Path(sys.argv[1])
from scalebed.cli.app import app
app(sys.argv[2:], prog_name="scalebed")
"""
UP = "Ctrl-C removes all of it."


@dataclass
class Served:
    """One `scalebed serve`, and all that it has started so far."""

    process: subprocess.Popen[str]
    port: int
    output: Path
    started: set[psutil.Process] = field(default_factory=set)

    @property
    def said(self) -> str:
        """Without the breaks at the terminal's width."""
        return " ".join(self.output.read_text(encoding="utf-8").split())

    def wait_for(self, words: str, within_s: float = 60) -> str:
        """Until it has said so, or has ended."""
        until = time.monotonic() + within_s
        while words not in self.said and self.process.poll() is None:
            assert time.monotonic() < until, self.said
            self.look()
            time.sleep(0.02)
        self.look()
        assert words in self.said, self.said
        return self.said

    def look(self) -> None:
        with suppress(psutil.NoSuchProcess):
            self.started.update(children(self.process.pid))

    def end(self) -> int:
        """The exit code, once it has ended and nothing that it has started is left."""
        while self.process.poll() is None:
            self.look()
            time.sleep(0.02)
        assert living(self.started) == [], names(self.started)
        run = rooms.make_cache() / "run"
        assert not list(run.glob("*/state.json"))
        return self.process.returncode

    def get(self, path: str, port: int | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        return 0, ""


Start = Callable[..., Served]


def two_free_ports() -> int:
    """The first of two in a row, of those that parts are not given."""
    while True:
        first = random.randrange(10_000, 19_999)
        if not accepts(first) and not accepts(first + 1):
            return first


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in which the tiny service is the one to serve, and may be changed."""
    made = tmp_path / "clone"
    shutil.copytree(rooms.FAKE_ROOT / "apps", made / "apps")
    shutil.copy(paths.ROOT / "pyproject.toml", made)
    return made


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts one with these words, in a clone or as it is shipped."""
    begun: list[Served] = []

    def one(*words: str, root: Path = paths.ROOT, port: int | None = None, stdout: int | None = None) -> Served:
        chosen = port or two_free_ports()
        output = tmp_path / f"said-{len(begun)}"
        environment = {**os.environ, "SCALEBED_CACHE": str(rooms.make_cache()), "PYTHONPATH": str(paths.ROOT)}
        argv = [sys.executable, "-c", _COMMAND, str(root), "serve", *words, "--port", str(chosen)]
        with output.open("w") as file:
            out = file if stdout is None else stdout
            # As a shell starts it: a process group of its own, with nothing ignored.
            process = subprocess.Popen(argv, env=environment, stdout=out, stderr=out, text=True, start_new_session=True)
        begun.append(Served(process, chosen, output))
        return begun[-1]

    yield one
    for served in begun:
        served.look()
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()
        for process in living(served.started):
            with suppress(psutil.NoSuchProcess):
                process.kill()


def part(served: Served, name: str) -> psutil.Process:
    """The first of its processes of this name, with the oldest before its own children."""
    named = [each for each in living(served.started) if name in each.name()]
    return min(named, key=lambda process: process.create_time())


def test_services_answer_at_their_addresses_and_ctrl_c_removes_all(start: Start) -> None:
    served = start("naive", "optimized", "--contacts", "300")
    served.wait_for(UP)
    lines = served.output.read_text(encoding="utf-8").splitlines()
    for place, name in enumerate(("naive", "optimized")):
        port = served.port + place
        (line,) = (line for line in lines if line.startswith(f"{name} "))
        address, page = re.findall(r"http://\S+", line)
        assert (address, page) == (f"http://127.0.0.1:{port}/api/contacts/", f"http://127.0.0.1:{port}/api/swagger")
        with urllib.request.urlopen(f"{address}stats/", timeout=10) as answer:  # noqa: S310 - loopback
            assert json.load(answer)["contacts"] == 300
        with urllib.request.urlopen(page, timeout=10) as answer:  # noqa: S310 - loopback
            text = answer.read().decode()
        scripts = re.findall(r'src="(/static/[^"]+)"', text)
        assert scripts
        assert {served.get(script, port)[0] for script in scripts} == {200}
        # The error page of the development profile, which names the addresses that there are.
        assert "DEBUG = True" in served.get("/nowhere", port)[1]
    served.process.send_signal(signal.SIGINT)
    assert served.end() == 0
    assert served.said.endswith("Stopping … Removed all of it.")
    assert not (rooms.make_cache() / "run" / "serve").exists()


@pytest.mark.parametrize("name", of_these_quick(["SIGINT", "SIGTERM"], {"SIGTERM"}))
def test_every_signal_ends_all_of_it(start: Start, clone: Path, name: str) -> None:
    number = signal.Signals[name]
    served = start("tiny", root=clone)
    served.wait_for(UP)
    assert served.get("/count") == (200, "2000")
    assert served.get("/add")[0] == 200
    served.process.send_signal(number)
    # A second one, while it cleans up, takes nothing back.
    served.process.send_signal(number)
    assert served.end() == 0
    again = start("tiny", root=clone)
    again.wait_for(UP)
    assert again.get("/count") == (200, "2000"), "what was written went with the first"
    again.process.send_signal(signal.SIGTERM)
    again.end()


@pytest.mark.parametrize("after_ms", of_these_quick(["400", "800", "1200", "1600", "2000", "2500"], {"1200", "2000"}))
def test_ctrl_c_before_it_is_up_leaves_nothing_either(start: Start, clone: Path, after_ms: str) -> None:
    served = start("tiny", "--contacts", after_ms, root=clone)
    until = time.monotonic() + int(after_ms) / 1000
    while time.monotonic() < until:
        served.look()
        time.sleep(0.01)
    served.process.send_signal(signal.SIGINT)
    served.process.send_signal(signal.SIGINT)
    status = served.end()
    if "Stopping" in served.said:
        assert status == (0 if UP in served.said else 130)
        assert "Traceback" not in served.said
    else:  # before the command has begun, the signals do what they do to any program in Python
        assert status in {130, -signal.SIGINT}, served.said


def test_a_terminal_that_is_closed_ends_all_of_it(start: Start, clone: Path) -> None:
    ours, its = pty.openpty()
    served = start("tiny", root=clone, stdout=its)
    os.close(its)
    said = ""
    while UP not in said:
        said += os.read(ours, 4096).decode()
    served.look()
    assert len(living(served.started)) > 4
    os.close(ours)
    served.process.send_signal(signal.SIGHUP)
    assert served.end() == 0


@pytest.mark.parametrize(
    "name", of_these_quick(["postgres", "pgbouncer", "valkey", "nginx", "python"], {"postgres", "python"})
)
def test_a_part_that_dies_ends_all_of_it_in_one_sentence(start: Start, clone: Path, name: str) -> None:
    served = start("tiny", root=clone)
    served.wait_for(UP)
    part(served, name).kill()
    assert served.end() == 2
    assert served.said.count("scalebed: ") == 1
    assert " was ended by SIGKILL, so all was stopped: " in served.said.partition("scalebed: ")[2]


def test_a_changed_source_is_served_and_a_broken_one_waits_for_the_next_change(start: Start, clone: Path) -> None:
    source = clone / "apps" / "tiny" / "server.py"
    whole = source.read_text(encoding="utf-8")
    served = start("tiny", root=clone)
    served.wait_for(UP)
    assert served.get("/changed")[0] == 404
    source.write_text("raise SystemExit('quite broken')\n" + whole, encoding="utf-8")
    said = served.wait_for("It starts anew with the next change.")
    assert "apps/tiny/server.py has changed." in said
    assert "quite broken" in said
    assert served.get("/count")[0] == 502
    source.write_text(whole.replace('"/count":', '"/changed": "SELECT 5",\n    "/count":'), encoding="utf-8")
    served.wait_for("tiny serves again.")
    assert served.get("/changed") == (200, "5")
    served.process.send_signal(signal.SIGINT)
    assert served.end() == 0


def test_what_cannot_start_says_why_and_leaves_its_log(start: Start, clone: Path) -> None:
    described = clone / "apps" / "tiny" / "variant.toml"
    described.write_text(described.read_text("utf-8").replace("python server.py", "sh -c 'exit 7'"), encoding="utf-8")
    served = start("tiny", root=clone)
    assert served.end() == 2
    (log,) = re.findall(
        r"scalebed: tiny \(tiny-0\) ended with status 7 while starting; its log (\S+) ends with", served.said
    )
    assert Path(log).exists()


def test_a_second_one_beside_the_first_is_refused(start: Start, clone: Path) -> None:
    first = start("tiny", root=clone)
    first.wait_for(UP)
    same = start("tiny", root=clone, port=first.port)
    assert same.process.wait(30) == 2
    assert same.said == f"scalebed: port {first.port} is taken; end what uses it, or name another port"
    other = start("tiny", root=clone)
    assert other.process.wait(30) == 2
    assert f"process {first.process.pid} measures or serves here; wait for it, end it with Ctrl-C" in other.said
    assert first.get("/count") == (200, "2000")
    first.process.send_signal(signal.SIGINT)
    assert first.end() == 0


def test_what_is_asked_for_and_cannot_be_is_one_sentence(start: Start) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", two_free_ports() + 1))
        listener.listen()
        taken = listener.getsockname()[1]
        cases = {
            ("naive", "optimized"): f"port {taken} is taken; end what uses it, or name another port",
            ("naive", "nowhere"): "is missing, so nowhere is no service; the services are: bolt, express, fastapi, ",
            ("naive", "naive"): "naive: is named twice; name each service once",
        }
        for words, told in cases.items():
            served = start(*words, port=taken - 1)
            assert served.end() == 2
            assert served.said.startswith("scalebed: ")
            assert told in served.said
            assert served.output.read_text(encoding="utf-8").count("\n") == 1


def test_a_database_that_has_lost_its_rows_is_refused(start: Start) -> None:
    naive = read_service(paths.ROOT, "naive")
    with databases(paths.ROOT) as (cluster, made):
        emptied = made.clone(made.template(120, 7, naive, quiet), naive, {}, quiet)
        with cluster.connect(emptied) as connection:
            connection.execute("TRUNCATE app_user CASCADE")
    try:
        served = start("naive", "--contacts", "120")
        assert served.end() == 2
        told = f"scalebed: apps/naive: its database {emptied} has no contacts, though it had; remove it with "
        assert served.said.startswith(told)
    finally:
        with databases(paths.ROOT) as (_, made):
            made.drop(emptied)


def test_a_database_whose_dropping_was_interrupted_is_made_anew(start: Start, clone: Path) -> None:
    """Postgres keeps it and its comment, and lets nobody in."""
    tiny = read_service(clone, "tiny")
    with databases(clone) as (cluster, made):
        template = made.template(130, 7, tiny, quiet)
        names = [template, made.clone(template, tiny, {}, quiet)]
        with cluster.connect("postgres") as connection:
            connection.execute("UPDATE pg_database SET datconnlimit = -2 WHERE datname = ANY(%s)", [names])
    served = start("tiny", "--contacts", "130", root=clone)
    served.wait_for(UP)
    assert served.get("/count") == (200, "130")
    served.process.send_signal(signal.SIGTERM)
    assert served.end() == 0


def quiet(line: str) -> None:
    """Nobody is told."""


@contextmanager
def databases(root: Path) -> Iterator[tuple[Cluster, Databases]]:
    """Those that are kept between runs, while nothing else uses them."""
    cache = rooms.make_cache()
    parts = find_parts(cache, quiet, ["postgres"])
    cluster = Cluster(parts.postgres, cluster_folder(cache, parts, "runs"), part_account())
    cluster.lock()
    folder, placement = cache / "run" / "emptying", Placement(None, None)
    rig = Rig(root, cache, folder, parts, Quota("none"), placement, 1.0, cluster)
    try:
        rig.start_cluster()
        yield cluster, rig.databases
    finally:
        rig.close()
        shutil.rmtree(folder)
