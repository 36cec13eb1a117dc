"""etcd, kube-apiserver and kube-controller-manager on loopback, with no node; what is started here is ended here."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import yaml

from hparig.api import Address, Api
from hparig.certificates import Certificate, certificate
from hparig.programs import Programs
from scalebed.engines.local.isolation.ports import free_port
from scalebed.messages import EngineError

_START_S = 120
CONTROLLER = "controller"
"""The name under which the controller manager asks."""
_AUDITED = [
    {
        "level": "RequestResponse",
        "users": [CONTROLLER],
        "verbs": ["get", "update"],
        "resources": [
            {"group": "apps", "resources": ["deployments/scale"]},
            {"group": "autoscaling", "resources": ["horizontalpodautoscalers/status"]},
        ],
    },
    {"level": "None"},
]


class ControlPlane:
    """A context: programs run between entering and leaving it, in `folder`, which is empty before."""

    def __init__(self, programs: Programs, folder: Path, gates: Mapping[str, bool]) -> None:
        self._programs = programs
        self._folder = folder
        self._gates = ",".join(f"{name}={'true' if on else 'false'}" for name, on in sorted(gates.items()))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._tokens = {name: secrets.token_hex(16) for name in ("rig", CONTROLLER)}
        self._port = 0
        self.certificate: Certificate

    @property
    def audit_log(self) -> Path:
        return self._folder / "audit.log"

    @property
    def controller_log(self) -> Path:
        return self._folder / "kube-controller-manager.log"

    @property
    def address(self) -> Address:
        return Address(self._port, self._folder / "apiserver" / "apiserver.crt", self._tokens["rig"])

    def __enter__(self) -> ControlPlane:
        self._folder.mkdir(parents=True)
        self.certificate = certificate(self._folder)
        try:
            self._start_store()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End what runs, the last first."""
        for process in reversed(self._running.values()):
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def check(self) -> None:
        """Raises EngineError if a program has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise EngineError(f"{name} has ended with {process.returncode}; see {self._log(name)}")

    def start_controller(self, flags: Sequence[str]) -> None:
        """The autoscaler's controller alone. Metrics APIs have to be there before, since it looks for them once."""
        config = self.kubeconfig()
        self.start(
            "kube-controller-manager",
            [
                *(self._programs.controller_manager, f"--kubeconfig={config}", "--leader-elect=false"),
                *("--controllers=horizontal-pod-autoscaler-controller", "--secure-port=0", "-v=4"),
                *("--kube-api-qps=2000", "--kube-api-burst=4000", "--concurrent-horizontal-pod-autoscaler-syncs=16"),
                *self._gate_flags(),
                *flags,
            ],
        )

    def _start_store(self) -> None:
        client, peer, self._port = (free_port() for _ in range(3))
        store = f"http://127.0.0.1:{client}"
        self.start(
            "etcd",
            [
                *(self._programs.etcd, f"--data-dir={self._folder / 'etcd'}", "--unsafe-no-fsync"),
                *(f"--listen-client-urls={store}", f"--advertise-client-urls={store}"),
                *(f"--listen-peer-urls=http://127.0.0.1:{peer}", "--log-level=warn"),
            ],
        )
        (self._folder / "audit.yaml").write_text(
            yaml.safe_dump(
                {
                    "apiVersion": "audit.k8s.io/v1",
                    "kind": "Policy",
                    "omitStages": ["RequestReceived"],
                    "rules": _AUDITED,
                }
            ),
            encoding="utf-8",
        )
        lines = "".join(f"{token},{name},{name},system:masters\n" for name, token in self._tokens.items())
        (self._folder / "tokens.csv").write_text(lines, encoding="utf-8")
        key = self.certificate.key
        self.start(
            "kube-apiserver",
            [
                *(self._programs.apiserver, f"--etcd-servers={store}", "--bind-address=127.0.0.1"),
                *(f"--secure-port={self._port}", f"--cert-dir={self._folder / 'apiserver'}"),
                *(f"--token-auth-file={self._folder / 'tokens.csv'}", "--authorization-mode=AlwaysAllow"),
                *("--service-account-issuer=https://localhost", f"--service-account-signing-key-file={key}"),
                *(f"--service-account-key-file={key}", "--service-cluster-ip-range=10.0.0.0/24"),
                *("--disable-admission-plugins=ServiceAccount,Priority", "--endpoint-reconciler-type=none"),
                *(f"--audit-policy-file={self._folder / 'audit.yaml'}", f"--audit-log-path={self.audit_log}"),
                *("--max-requests-inflight=4000", "--max-mutating-requests-inflight=4000"),
                *self._gate_flags(),
            ],
        )
        self._until(self._ready, "kube-apiserver")

    def _ready(self) -> bool:
        if not self.address.ca.exists():
            return False
        api = Api(self.address)
        try:
            api.get("/api/v1/namespaces/default")
        except EngineError:
            return False
        finally:
            api.close()
        return True

    def _until(self, there: Callable[[], bool], name: str) -> None:
        end = time.monotonic() + _START_S
        while not there():
            self.check()
            if time.monotonic() > end:
                raise EngineError(f"{name} was not ready within {_START_S} s; see {self._log(name)}")
            time.sleep(0.2)

    def kubeconfig(self) -> Path:
        """A file by which a program asks the API server as the controller does."""
        path = self._folder / "controller.kubeconfig"
        cluster = {
            "server": f"https://127.0.0.1:{self._port}",
            "certificate-authority": str(self.address.ca),
        }
        path.write_text(
            yaml.safe_dump(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "rig", "cluster": cluster}],
                    "users": [{"name": CONTROLLER, "user": {"token": self._tokens[CONTROLLER]}}],
                    "contexts": [{"name": "rig", "context": {"cluster": "rig", "user": CONTROLLER}}],
                    "current-context": "rig",
                }
            ),
            encoding="utf-8",
        )
        return path

    def _gate_flags(self) -> list[str]:
        return [f"--feature-gates={self._gates}"] if self._gates else []

    def start(self, name: str, argv: Sequence[str | Path]) -> None:
        """A program that runs until this plane is left, and writes a log by its name."""
        with self._log(name).open("ab") as log:
            # Its log's times are read: they are to be those of a clock that knows no summer.
            environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(self._folder), "TZ": "UTC"}
            self._running[name] = subprocess.Popen(
                [str(word) for word in argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"
