"""Starts and stops the parts: each in a session of its own, recorded before it does anything, with a log of its own."""

from __future__ import annotations

import contextlib
import math
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn

from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.isolation.leftovers import Ledger, entry_of
from scalebed.engines.local.isolation.logs import Logs
from scalebed.engines.local.isolation.members import MARK, Membership, end_members
from scalebed.engines.local.isolation.quota import Quota
from scalebed.messages import EngineError, Say
from scalebed.secrecy import VEIL

# The child waits for one line, so that it is recorded, grouped and pinned before it runs the program, and goes
# away by itself if the testbed dies first. The usual 1,024 open files would cap connections before the CPU does.
_GATE = 'read -r _ || exit 1; ulimit -n 16384 2>/dev/null; exec "$@" </dev/null'

# Longer than a service may take to answer what it has begun: apps/README.md, by the engine's statement timeout.
STOP_GRACE_S = 20.0

RUN_GRACE_S = 3.0
"""For a command that is ended before it is done: nothing of what it did is kept."""
_PATIENT_S = 2.0
"""Who has to wait for longer is told for what."""

_TAIL = 65536
"""Bytes that are read of a log's end."""

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")


@dataclass(frozen=True)
class Account:
    """Whom the parts run as. Postgres and PgBouncer refuse root."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def part_account() -> Account | None:
    """`nobody` for root, otherwise None: the parts run as whoever runs the testbed."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise EngineError(
            "Postgres refuses to run as root and there is no user nobody: add one, or be another"
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """A small environment, so that nothing in the caller's shell changes what is measured."""
    return {key: os.environ[key] for key in _PASSED_ON if key in os.environ} | dict(extra)


def last_line(log: Path | None) -> str:
    """The last line that says something, for an error message."""
    if log is None or not log.exists():
        return "it left no log"
    return next(iter(last_lines(log, 1)), "its log is empty")


def last_lines(log: Path, at_most: int) -> list[str]:
    """The last ones that say something, in their order; none where there is no log."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        begin = max(0, log.stat().st_size - _TAIL)
        file.seek(begin)
        told = VEIL.over(file.read().decode("utf-8", "replace"))
    if begin:  # perhaps within a secret, of which the rest is none that is known
        _, _, whole = told.partition("\n")
        told = whole if whole.strip() else told[len(told) // 2 :]
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return [line[:300] for line in lines[-at_most:]]


@dataclass
class Child:
    """A part that was started, its group, and how it is asked to stop."""

    what: str
    process: subprocess.Popen[bytes]
    group: Group
    log: Path | None
    stop_signal: int
    number: int
    """Place in the order of starts."""
    cores: frozenset[int] | None = None
    """Those that it may run on; None: all."""
    started: float = field(default_factory=time.monotonic)
    grace_s: float = STOP_GRACE_S
    """For how long it may finish what it has begun, once it was asked to stop."""
    spawn: Callable[[], subprocess.Popen[bytes]] = field(repr=False, kw_only=True)
    """Starts the same program once more; whoever reads its output has it no longer."""
    excused: bool = False
    """Somebody minds whether it runs: that it has ended is no surprise."""


class Processes:
    """Starts children for one owner and ends them all."""

    def __init__(self, ledger: Ledger, quota: Quota, say: Say = lambda line: None) -> None:
        self._ledger = ledger
        self._say = say
        self.quota = quota
        self._children: list[Child] = []
        self._logs = Logs()
        self._groups: dict[str, Group] = {}
        self._started = 0

    def group(self, part: str, limited: bool = False) -> Group:
        """The part's group, made when first asked for."""
        if part not in self._groups:
            group = self.quota.group(part, limited)
            self._ledger.add_group(_membership(group))
            self._groups[part] = group
        return self._groups[part]

    def start(
        self,
        what: str,
        argv: Sequence[str],
        *,
        group: Group,
        folder: Path,
        env: Mapping[str, str],
        log: Path | None = None,
        account: Account | None = None,
        cores: Iterable[int] | None = None,
        stop_signal: int = signal.SIGTERM,
        stdout: int | IO[bytes] | None = None,
        grace_s: float = STOP_GRACE_S,
    ) -> Child:
        """Start a program; `stdout` goes to the log too unless it is given."""

        def spawn() -> subprocess.Popen[bytes]:
            with contextlib.ExitStack() as stack:
                sink: int | IO[bytes] = subprocess.DEVNULL
                if log is not None:
                    sink = stack.enter_context(log.open("ab"))
                identity: dict[str, object] = {}
                if account is not None:
                    identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
                return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
                    ["/bin/sh", "-c", _GATE, what, *group.command(argv)],
                    stdin=subprocess.PIPE,
                    stdout=sink if stdout is None else stdout,
                    stderr=sink,
                    cwd=folder,
                    env={**environment(env), MARK: group.name},
                    start_new_session=True,
                    **identity,
                )

        pinned = None if cores is None else frozenset(cores)
        process = spawn()
        self._forget_ended()
        self._started += 1
        child = Child(what, process, group, log, stop_signal, self._started, pinned, grace_s=grace_s, spawn=spawn)
        self._children.append(child)
        if log is not None:
            self._logs.add(log)
        self._release(child)
        return child

    def _release(self, child: Child) -> None:
        """Let what was spawned run, once it is recorded, grouped and pinned."""
        process = child.process
        self._ledger.add_child(entry_of(process.pid, child.what, child.stop_signal))
        child.group.adopt(process.pid)
        if child.cores is not None:
            os.sched_setaffinity(process.pid, child.cores)
        assert process.stdin is not None  # noqa: S101 - asked for when it was spawned
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(b"go\n")
        process.stdin = None  # or communicate() would write to it

    def end(self, child: Child, number: signal.Signals, within_s: float = STOP_GRACE_S) -> None:
        """End it on purpose by this signal, which goes to all of its group if it is SIGKILL; it may be started `again`.

        What has not ended in time is killed.
        """
        child.excused = True
        if number == signal.SIGKILL:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
        elif child.process.poll() is None:
            child.process.send_signal(number)
        try:
            child.process.wait(within_s)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        # What it has started may have left its session, and would hold its port.
        end_members([_membership(child.group)])

    def again(self, child: Child) -> None:
        """Start once more what has ended: the same program in the same group, with the same place in the order."""
        self._ledger.remove_child(child.process.pid)
        child.process = child.spawn()
        child.started = time.monotonic()
        self._release(child)

    def run(
        self, what: str, argv: Sequence[str], *, group: Group, folder: Path, env: Mapping[str, str], log: Path
    ) -> int:
        """Start a program with a log of its own and wait for it; its exit status. It is ended whatever is raised."""
        log.unlink(missing_ok=True)
        child = self.start(what, argv, group=group, folder=folder, env=env, log=log, grace_s=RUN_GRACE_S)
        try:
            return child.process.wait()
        finally:
            self.stop([child], patient_s=0.2)

    def stop(self, children: Sequence[Child], grace_s: float | None = None, *, patient_s: float = _PATIENT_S) -> None:
        """Ask all to stop, wait for them together, then kill what is left, also where it has left their session."""
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(child.stop_signal)
        asked = time.monotonic()
        for child in children:
            allowed = child.grace_s if grace_s is None else grace_s
            self._await(child, asked + allowed, patient_s)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
            self._part_with(child)
            if child in self._children:
                self._children.remove(child)
        emptied = {child.group.name: child.group for child in children}
        for child in self._children:
            emptied.pop(child.group.name, None)
        if emptied:
            end_members([_membership(group) for group in emptied.values()])

    def _await(self, child: Child, until: float, patient_s: float) -> None:
        for at_most in (patient_s, None):
            left = max(0.0, until - time.monotonic())
            if at_most is None and left:
                self._say(f"Waiting up to {math.ceil(left)} s for {child.what} to end …")
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(left if at_most is None else min(left, at_most))
                return

    def ended(self) -> Sequence[Child]:
        """Those that have ended without being asked to, as far as nobody has waited for them."""
        return [child for child in self._children if child.process.poll() is not None and not child.excused]

    def _forget_ended(self) -> None:
        """Drop what has ended by itself and was waited for elsewhere, as load generators are."""
        ended = [child for child in self._children if child.process.returncode is not None and not child.excused]
        for child in ended:
            self._children.remove(child)
            self._part_with(child)

    def _part_with(self, child: Child) -> None:
        self._ledger.remove_child(child.process.pid)
        if child.log is not None:
            self._logs.remove(child.log)

    def mark(self) -> int:
        """For `stop_since`: a place in the order of starts."""
        return self._started

    def stop_since(self, mark: int) -> None:
        """Stop what was started after the mark and still runs."""
        self.stop([child for child in reversed(self._children) if child.number > mark])

    def groups(self) -> frozenset[str]:
        """The parts that have one."""
        return frozenset(self._groups)

    def drop_group(self, part: str) -> None:
        group = self._groups.pop(part, None)
        if group is not None:
            end_members([_membership(group)])
            group.remove()
            self._ledger.remove_group(_membership(group))

    def close(self) -> None:
        """End every child, the last started first, and remove all groups; safe to call twice."""
        self.stop(list(reversed(self._children)))
        for part in list(self._groups):
            self.drop_group(part)
        self._logs.close()
        self._ledger.close()


def _membership(group: Group) -> Membership:
    return Membership(group.name, group.folders)


def wait_until(
    child: Child,
    ready: Callable[[], bool],
    timeout_s: float,
    pause_s: float = 0.02,
    last: Callable[[], str] = lambda: "",
) -> None:
    """Wait until `ready()`; raises EngineError with the log's last line when the child ends or takes too long, and with
    what was seen `last`."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        code = child.process.poll()
        if code is not None:
            _give_up(child, f"ended with status {code} while starting")
        if time.monotonic() > deadline:
            seen = last()
            _give_up(child, f"was not ready within {timeout_s:g} s{f': {seen}' if seen else ''}")
        time.sleep(pause_s)


def _give_up(child: Child, what: str) -> NoReturn:
    memory = child.group.memory()
    if memory is not None and memory.kills:
        raise EngineError(
            f"{child.what} {what}, as the kernel killed it or a process of it for lack of memory; raise "
            f"memory_per_replica, or free memory of this machine; its log {child.log or ''} ends with: "
            f"{last_line(child.log)}"
        )
    raise EngineError(f"{child.what} {what}; its log {child.log or ''} ends with: {last_line(child.log)}")


def accepts(port: int) -> bool:
    """Something accepts connections on this loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
