"""Drives a target with our k6, run as a process that writes one JSON line per second, endpoint and status."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from scalebed.engines.k6.protocol import HOMELESS, STOPPED, failure_of, parse_line
from scalebed.engines.k6.protocol import environment as load_environment
from scalebed.experiment.workloads import workloads
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import CheckCount, EndpointSecond, GeneratorSecond
from scalebed.messages import EngineError
from scalebed.secrecy import VEIL

_STOP_GRACE_S = 40.0
"""k6 ends within a second or so of SIGINT, as it interrupts the iterations under way; a workload that looks at what it
did (its teardown) does that first, and one request may take 30 s."""


_TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where the caller's certificates are, which the question before a run trusts as well."""


class Spawn(Protocol):
    """Starts a program in a process group of its own; standard error is appended to `log`."""

    def __call__(
        self, argv: Sequence[str], env: Mapping[str, str], *, stdout: int, log: Path
    ) -> subprocess.Popen[bytes]: ...


@dataclass(frozen=True)
class OwnScript:
    """A script of the user's own: the file by which it is run, and what it finds in its environment."""

    entry: Path
    variables: Mapping[str, str]


class K6Generator:
    """Implements `LoadGenerator`. One load at a time writes `k6.log` in `logs`; the last one's is kept."""

    def __init__(
        self, k6: Path, scripts: Path, logs: Path, spawn: Spawn | None = None, own: OwnScript | None = None
    ) -> None:
        self._k6 = k6
        self._scripts = scripts
        self._own = own
        self._log = logs / "k6.log"
        self._spawn = spawn or spawn_in_group

    def start(self, target: Target, load: Load) -> K6Run:
        """Start the load; raises EngineError where there is no such scenario."""
        script = self._scripts / f"{load.workload}.js" if self._own is None else self._own.entry
        if not script.exists():
            known = ", ".join(workloads(self._scripts))
            raise EngineError(f"{script}: there is no such workload; the workloads there are {known}")
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._log.unlink(missing_ok=True)
        pipe = LogPipe(self._log)
        argv = command(self._k6, script, pipe.path)
        env = environment(target, load)
        if self._own is not None:
            env |= self._own.variables
        env |= {name: os.environ[name] for name in _TRUST if name in os.environ}
        if target.ca is not None:
            env["SSL_CERT_FILE"] = target.ca
        try:
            process = self._spawn(argv, env, stdout=subprocess.PIPE, log=self._log)
        except BaseException:
            pipe.close()
            raise
        return K6Run(process, self._log, pipe)


def command(k6: Path, script: Path, log: Path) -> list[str]:
    """k6 without its summary, thresholds and REST API, which would cost memory and CPU or listen on a fixed port."""
    return [
        *(str(k6), "run", "--quiet", "--no-usage-report", "--summary-mode=disabled", "--no-thresholds", "--address="),
        # Failed requests are counted in the lines; k6 would also log each as a warning.
        *(f"--log-output=file={log},level=error", "--log-format=raw"),
        *("--out", "scalebed", str(script)),
    ]


def environment(target: Target, load: Load) -> dict[str, str]:
    """What the scenario reads, and little else: a proxy or a K6_ variable of the caller's must not change the load, nor
    what k6 finds in their home: a `rps` in its config.json there holds for every script."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": HOMELESS, **load_environment(target.url, load)}


def spawn_in_group(argv: Sequence[str], env: Mapping[str, str], *, stdout: int, log: Path) -> subprocess.Popen[bytes]:
    """The `Spawn` used where an engine gives none."""
    with log.open("ab") as stderr:
        return subprocess.Popen(
            argv, env=dict(env), stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
        )


class K6Run:
    """Implements `LoadRun`. A thread reads lines as they come; histograms stay encoded."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, pipe: LogPipe) -> None:
        self._process = process
        self._log = log
        self._pipe = pipe
        self._lines: queue.SimpleQueue[EndpointSecond | GeneratorSecond | None] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._stopped = False
        self._trouble: str | None = None
        self._checks: dict[str, CheckCount] = {}
        assert process.stdout is not None  # noqa: S101 - a Spawn gives a pipe
        self._reader = threading.Thread(target=self._read, args=(process.stdout,), name="k6 lines", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self, timeout_s: float) -> tuple[Sequence[EndpointSecond], Sequence[GeneratorSecond]]:
        endpoints: list[EndpointSecond] = []
        generator: list[GeneratorSecond] = []
        wait = not self._ended.is_set() or not self._lines.empty()
        try:
            line = self._lines.get(wait, timeout_s)
            while True:
                if isinstance(line, EndpointSecond):
                    endpoints.append(line)
                elif line is not None:
                    generator.append(line)
                line = self._lines.get_nowait()
        except queue.Empty:
            return endpoints, generator

    def stop(self) -> None:
        """Interrupt k6, then kill it when it does not end in time; safe to call twice."""
        if self._process.poll() is None:
            self._stopped = True
            self._signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_GRACE_S)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._trouble = self._trouble or f"k6 did not end within {_STOP_GRACE_S:g} s of being asked and was killed"
        self._reader.join(_STOP_GRACE_S)

    @property
    def finished(self) -> bool:
        return self._ended.is_set()

    @property
    def failure(self) -> str | None:
        trouble = self._trouble or self._pipe.trouble
        if trouble is not None:
            return trouble
        if not self.finished:
            return None
        return describe_exit(self._process.wait(), self._stopped, self._log)

    @property
    def checks(self) -> Sequence[CheckCount]:
        return tuple(self._checks.values())

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _read(self, stdout: IO[bytes]) -> None:
        with stdout:
            for row in stdout:
                self._accept(row)
        self._process.wait()
        self._pipe.close()
        VEIL.over_file(self._log)  # k6 itself may have written to it, as where it panics
        self._ended.set()
        self._lines.put(None)  # wakes a poll that waits

    def _accept(self, row: bytes) -> None:
        try:
            line = parse_line(row)
        except (ValueError, KeyError, TypeError):
            self._trouble = self._trouble or f"k6 wrote a line that cannot be read: {_beginning(row)!r}"
            return
        if isinstance(line, str):
            self._trouble = self._trouble or line
        elif isinstance(line, CheckCount):
            self._checks[line.check] = self._checks.get(line.check, CheckCount(line.check, 0, 0)) + line
        elif line is not None:
            self._lines.put(line)


class LogPipe:
    """Between k6's log and its file: what comes through is written with secrets blotted out, a line at a time.

    Raises EngineError where the file system has no named pipes.
    """

    def __init__(self, log: Path) -> None:
        self.trouble: str | None = None
        """A sentence where some of it could not be written."""
        self.path = log.with_name(f"{log.name}.pipe")
        self._log = log
        self._over = threading.Event()
        try:
            self.path.unlink(missing_ok=True)
            os.mkfifo(self.path, 0o600)
        except OSError as error:
            raise EngineError(
                f"{self.path}: k6's log goes through a named pipe, and none can be made here ({error.strerror}); use a "
                "file system that has them"
            ) from error
        # Does not wait for k6, which may never open it.
        self._reading = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        self._reader = threading.Thread(target=self._read, name="k6 log", daemon=True)
        self._reader.start()

    def close(self) -> None:
        """Write what is left, once k6 has ended."""
        self._over.set()
        self._reader.join()
        os.close(self._reading)
        self.path.unlink(missing_ok=True)

    def _read(self) -> None:
        left = b""
        look = select.poll()
        look.register(self._reading, select.POLLIN)
        while True:
            over = self._over.is_set()  # before looking: what is there then is the last
            ready = look.poll(0 if over else 200)
            some = os.read(self._reading, 65536) if ready else b""
            *lines, left = (left + some).split(b"\n")
            if not some and over:
                lines = [left] if left else []
            if lines:
                self._write("".join(f"{VEIL.over(line.decode(errors='replace'))}\n" for line in lines))
            if not some and over:
                return
            if ready and not some:
                self._over.wait(0.1)  # k6 has closed it, of which each look would tell at once

    def _write(self, told: str) -> None:
        """What cannot be written is lost, and read all the same: k6 waits where nobody does."""
        try:
            with self._log.open("a", encoding="utf-8") as file:
                file.write(told)
        except OSError as error:
            self.trouble = self.trouble or f"k6's log {self._log} could not be written ({error.strerror})"


def _beginning(row: bytes) -> str:
    return VEIL.over(row.decode(errors="replace"))[:120]


def describe_exit(code: int, stopped: bool, log: Path) -> str | None:
    """One sentence where k6 ended badly, with its last word; None where it ended well or as asked."""
    # Asked to stop while it is already ending, k6 no longer minds the signal, which then ends it.
    if code == 0 or (stopped and code in {STOPPED, -signal.SIGINT}):
        return None
    said = last_word(log)
    return failure_of(code, f"{said} ({log})" if said else "")


def last_word(log: Path) -> str:
    """The last line of k6's log that says something: places in a stack trace (`at …`) do not."""
    if not log.exists():
        return ""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    return next((line[:300] for line in reversed(lines) if line and not line.startswith("at ")), "")
