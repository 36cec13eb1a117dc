"""nginx as the balancer: keep-alive on both sides, even spreading, and no error hidden."""

from __future__ import annotations

import signal
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.local.isolation.processes import Account, Child, Processes, accepts, wait_until
from scalebed.provision.servers import Part

_TEMPLATE = Path(__file__).with_name("nginx.conf.jinja")


@dataclass(frozen=True)
class Upstream:
    """`port` is where clients come in, `ports` are the replicas'."""

    name: str
    port: int
    ports: tuple[int, ...]
    contract: bool = True
    """It serves the contract, which limits the size of bodies."""


def configuration(upstreams: Sequence[Upstream], folder: Path, log: Path, *, failover: bool = False) -> str:
    """The text of nginx.conf; with `failover`, a request that a replica did not take is sent to another."""
    environment = Environment(  # noqa: S701 - the result is no HTML
        undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(upstreams=upstreams, folder=folder, log=log, failover=failover)


class Balancer:
    """One nginx with an entrance for each service; in an engine's cell there is one."""

    def __init__(self, part: Part, folder: Path, account: Account | None, *, failover: bool = False) -> None:
        self._part = part
        self._failover = failover
        self._folder = folder
        self._account = account
        self._child: Child | None = None
        self._own: frozenset[str] = frozenset()
        self._log = folder / "nginx.log"
        self.ports: dict[str, int] = {}

    def start(
        self,
        processes: Processes,
        replicas: Mapping[str, Sequence[int]],
        log: Path,
        pinned: tuple[int, ...] | None = None,
        own: Collection[str] = (),
        *,
        named: Mapping[str, int] | None = None,
    ) -> Child:
        """`replicas`: the ports of each service's replicas; `own`: those that keep no contract; `named`: where clients
        of some come in, in the place of any port that is free."""
        self.ports = {name: (named or {}).get(name) or free_port() for name in replicas}
        self._own, self._log = frozenset(own), log
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "nginx.conf"
        log.touch()
        config.write_text(self._configuration(replicas), encoding="utf-8")
        if self._account is not None:
            self._account.own(self._folder)
            self._account.own(log)
        self._child = processes.start(
            "nginx",
            [str(self._part.path), "-e", str(log), "-p", str(self._folder), "-c", str(config)],
            group=processes.group("balancer"),
            folder=self._folder,
            env={},
            log=log,
            account=self._account,
            cores=pinned,
        )
        return self._child

    def _configuration(self, replicas: Mapping[str, Sequence[int]]) -> str:
        upstreams = [
            Upstream(name, self.ports[name], tuple(ports), name not in self._own) for name, ports in replicas.items()
        ]
        return configuration(upstreams, self._folder, self._log, failover=self._failover)

    def reload(self, replicas: Mapping[str, Sequence[int]]) -> None:
        """Send requests to these replicas from now on; those under way are finished by the worker before."""
        assert self._child is not None, "start it first"  # noqa: S101
        (self._folder / "nginx.conf").write_text(self._configuration(replicas), encoding="utf-8")
        self._child.process.send_signal(signal.SIGHUP)

    def wait(self) -> None:
        assert self._child is not None, "start it first"  # noqa: S101
        wait_until(self._child, lambda: all(accepts(port) for port in self.ports.values()), timeout_s=15)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"
