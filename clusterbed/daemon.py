"""Starts a Docker daemon where none answers, and undoes on `stop` all that starting it has changed.

What was changed stands in a file of the cache before it is changed, so that a crash leaves nothing unknown.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from clusterbed.commands import output
from clusterbed.debian import install, program_path
from clusterbed.docker import Docker
from clusterbed.machine import Machine
from scalebed.engines.local.isolation.leftovers import Entry, entry_of
from scalebed.engines.local.isolation.processes import last_line
from scalebed.messages import EngineError, Say

_START_S = 90
_STOP_S = 60
_SOCKET = Path("/var/run/docker.sock")
_RUN = Path("/run/scalebed-docker")
"""The engine's sockets: their paths must be short."""
_NAMED_HIERARCHY = Path("/sys/fs/cgroup/systemd")


@dataclass
class Changes:
    """What differs on this machine because of us."""

    engine: dict[str, object] | None = None
    """pid and creation time of the dockerd that we started."""
    service: bool = False
    """The service manager started its engine at our word."""
    sysctls: dict[str, int] = field(default_factory=dict)
    """Name → value before."""
    mounted: list[str] = field(default_factory=list)
    rules: str | None = None
    """The packet filter's rules before."""
    bridge: bool = False
    """docker0 was there before."""


class Daemon:
    """`folder` is our folder in the cache; images live in it too."""

    def __init__(self, folder: Path, wrapper: Path, docker: Docker, machine: Machine, say: Say) -> None:
        self._folder = folder
        self._wrapper = wrapper
        self._docker = docker
        self._machine = machine
        self._say = say
        self._state = folder / "changes.json"

    def ensure(self) -> None:
        """Have an engine that can hold a node, and limits that let it live. Raises EngineError."""
        self._raise_limits()
        version = self._docker.engine_version()
        if version is None:
            self._install()
            self._mount_named_hierarchy()
            if self._machine.service_manager:
                self._start_service()
            else:
                self._start()
            version = self._docker.engine_version()
        if version is None:
            raise EngineError(
                f"The Docker daemon was started and does not answer ({self._docker.silence()}); "
                "scripts/airgap/doctor says what is odd"
            )

    def stop(self) -> None:
        """Take back every change, those of a crashed run too."""
        changes = self._changes()
        if changes.engine is not None:
            self._end(Entry(**changes.engine))  # type: ignore[arg-type]
            self._clear_network(changes)
            changes.engine = None
            self._say("Stopped the Docker daemon that was started for the cluster.")
        if changes.service:
            subprocess.run(["systemctl", "stop", "docker.service", "docker.socket"], check=False)
            self._say("Stopped Docker's service, which was started for the cluster.")
        for mount in changes.mounted:
            subprocess.run(["umount", mount], check=False)
        for name, value in changes.sysctls.items():
            _write_sysctl(name, value)
            self._say(f"Set {name} back to {value}.")
        self._state.unlink(missing_ok=True)

    def _install(self) -> None:
        if not program_path("dockerd") and not self._machine.root:
            why = self._docker.silence()
            raise EngineError(f"No Docker daemon answers ({why}): start it, or run this as root to have one installed")
        packages = {"dockerd": "docker.io", "docker": "docker.io", "iptables": "iptables"}
        if not self._machine.sys_resource:
            packages["jq"] = "jq"
        log = self._docker.log
        install(packages, "run containers", log, self._say)
        if program_path("docker") is None and shutil.which("apt-get"):
            # Newer Debians have the client in a package of its own.
            install({"docker": "docker-cli"}, "speak to Docker", log, self._say)

    def _start(self) -> None:
        changes = self._changes()
        changes.rules = output(["iptables-save"])
        changes.bridge = Path("/sys/class/net/docker0").exists()
        changes.sysctls.setdefault("net.ipv4.ip_forward", self._machine.sysctls.get("net.ipv4.ip_forward", 0))
        self._remember(changes)
        dockerd = program_path("dockerd")
        if dockerd is None:
            raise EngineError("dockerd is missing though its package is installed: run apt-get install docker.io")
        argv = [dockerd, f"--data-root={self._folder / 'docker'}", f"--exec-root={_RUN}"]
        argv += [f"--pidfile={_RUN / 'docker.pid'}", f"--host=unix://{_SOCKET}", "--config-file="]
        if not self._machine.overlay:
            argv.append("--storage-driver=vfs")
        if not self._machine.sys_resource:
            kept = self._folder / self._wrapper.name
            shutil.copy2(self._wrapper, kept)
            argv += [f"--add-runtime=limited={kept}", "--default-runtime=limited"]
        _RUN.mkdir(parents=True, exist_ok=True)
        log = self._folder / "docker.log"
        with log.open("wb") as file:
            child = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )
        entry = entry_of(child.pid, "dockerd")
        changes.engine = asdict(entry)
        self._remember(changes)
        deadline = time.monotonic() + _START_S
        while self._docker.engine_version() is None:
            status = child.poll()
            if status is not None or time.monotonic() > deadline:
                how = f"does not answer after {_START_S} s" if status is None else f"ended with status {status}"
                raise EngineError(f"The Docker daemon {how}; {log} ends with: {last_line(log)}")
            time.sleep(0.3)
        self._say("Started a Docker daemon for the cluster; scripts/airgap/down stops it.")

    def _start_service(self) -> None:
        changes = self._changes()
        changes.service = True
        self._remember(changes)
        started = subprocess.run(["systemctl", "start", "docker.service"], capture_output=True, text=True, check=False)
        if started.returncode != 0:
            raise EngineError(f"Docker's service does not start: {started.stderr.strip()}")
        self._say("Started Docker's service; scripts/airgap/down stops it.")

    def _end(self, entry: Entry) -> None:
        process = entry.process()
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        _, alive = psutil.wait_procs([process], timeout=_STOP_S)
        for each in alive:
            each.kill()
        for mount in mounts_below(Path("/proc/self/mounts").read_text(encoding="utf-8"), _RUN, self._folder / "docker"):
            subprocess.run(["umount", mount], check=False)
        shutil.rmtree(_RUN, ignore_errors=True)

    def _clear_network(self, changes: Changes) -> None:
        """What the engine leaves behind when it stops: its bridge, and its rules."""
        if not changes.bridge and Path("/sys/class/net/docker0").exists():
            subprocess.run(["ip", "link", "delete", "docker0"], check=False)
        now = output(["iptables-save"])
        if now is not None:
            rules = without_docker(now, changes.rules or "")
            subprocess.run(["iptables-restore"], input=rules, text=True, check=False)

    def _raise_limits(self) -> None:
        low = self._machine.low_limits
        if not low:
            return
        if not self._machine.root:
            command = " ".join(f"{name}={least}" for name, least in low.items())
            raise EngineError(f"A node needs higher limits than this machine has; run: sudo sysctl -w {command}")
        changes = self._changes()
        for name in low:
            changes.sysctls.setdefault(name, self._machine.sysctls[name])
        self._remember(changes)
        for name, least in low.items():
            _write_sysctl(name, least)

    def _mount_named_hierarchy(self) -> None:
        if self._machine.cgroup_version != 1 or self._machine.named_hierarchy:
            return
        changes = self._changes()
        changes.mounted.append(str(_NAMED_HIERARCHY))
        self._remember(changes)
        _NAMED_HIERARCHY.mkdir(exist_ok=True)
        argv = ["mount", "-t", "cgroup", "-o", "none,name=systemd", "cgroup", str(_NAMED_HIERARCHY)]
        if subprocess.run(argv, check=False).returncode != 0:
            raise EngineError(f"systemd's cgroup hierarchy cannot be mounted: {' '.join(argv)} fails")

    def _changes(self) -> Changes:
        try:
            return Changes(**json.loads(self._state.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Changes()

    def _remember(self, changes: Changes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._state.with_suffix(".new")
        new.write_text(json.dumps(asdict(changes), indent=2), encoding="utf-8")
        new.replace(self._state)


def without_docker(rules: str, before: str) -> str:
    """iptables-save's rules, less Docker's chains and what concerns its bridges; FORWARD's policy as it was.

    `before` are the rules from before the engine's start; what stood there already stays.
    """
    was = re.search(r"^:FORWARD (\w+)", _table(before, "filter"), re.MULTILINE)
    policy = was[1] if was else "ACCEPT"
    lines = (line for line in rules.splitlines() if line in before.splitlines() or not _is_docker(line))
    return "".join(f"{_with_policy(line, policy)}\n" for line in lines)


def mounts_below(mounts: str, *folders: Path) -> list[str]:
    """Mount points below these folders in the text of /proc/self/mounts, the innermost first."""
    points = [line.split()[1] for line in mounts.splitlines()]
    return [point for point in reversed(points) if any(Path(point).is_relative_to(folder) for folder in folders)]


def _is_docker(line: str) -> bool:
    return bool(re.search(r"(^:|-[AIjg] )DOCKER|-[io] (docker0|br-[0-9a-f]{12})\b", line))


def _table(rules: str, name: str) -> str:
    match = re.search(rf"^\*{name}$.*?^COMMIT$", rules, re.MULTILINE | re.DOTALL)
    return match[0] if match else ""


def _with_policy(line: str, policy: str) -> str:
    return re.sub(r"^(:FORWARD) DROP\b", rf"\1 {policy}", line)


def _write_sysctl(name: str, value: int) -> None:
    path = Path("/proc/sys") / name.replace(".", "/")
    try:
        path.write_text(f"{value}\n", encoding="ascii")
    except OSError as error:
        raise EngineError(f"{name} cannot be set to {value}: {error.strerror}") from error
