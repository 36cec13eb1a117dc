"""Whose things are: a Lease says which testbed uses a release now, annotations which TestRun it made.

After a `kill -9` nobody renews the Lease; it then counts for nothing once it is old, or at once where its holder was
a process of this machine that is gone.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psutil

from scalebed.engines.kubernetes.api.client import Api, ApiError, Json
from scalebed.engines.kubernetes.api.paths import OURS, field, found, listed, path
from scalebed.messages import EngineError

HOLDER = "scalebed/holder"
RELEASE = "scalebed/release"
_RENEW_S = 10.0
_VALID_S = 40
_SAME_PROCESS_S = 1.5


@dataclass(frozen=True)
class Holder:
    """A process, known by its machine, pid and time of creation together."""

    host: str
    pid: int
    created: float

    @classmethod
    def this(cls) -> Holder:
        return cls(socket.gethostname(), os.getpid(), psutil.Process().create_time())

    @classmethod
    def of(cls, text: str | None) -> Holder | None:
        host, _, rest = (text or "").rpartition("/")
        pid, _, created = rest.partition("@")
        try:
            return cls(host, int(pid), float(created))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}@{self.created:.2f}"

    @property
    def gone(self) -> bool:
        """Certainly: it was a process of this machine and is none now. Others' may live."""
        if self.host != socket.gethostname():
            return False
        try:
            return abs(psutil.Process(self.pid).create_time() - self.created) > _SAME_PROCESS_S
        except psutil.Error:
            return True


class Ownership:
    """The Lease of a release, or of what else an experiment may have; renewed in a thread while it is held.

    `of`: what people call it, where it is no release; `marks`: labels and annotations of the Lease, by which `down`
    finds it.
    """

    ADOPTED = "scalebed/adopted"
    """Label and annotation of the Lease of what is somebody's."""

    def __init__(
        self,
        api: Api,
        namespace: str,
        release: str,
        holder: Holder | None = None,
        every_s: float = _RENEW_S,
        *,
        of: str = "",
        marks: Mapping[str, str] | None = None,
    ) -> None:
        self._of = of
        self._marks = dict(marks or {})
        self._api = api
        self._namespace = namespace
        self._name = f"scalebed-{release}"
        self._release = f"{namespace}.{release}"
        self.holder = holder or Holder.this()
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.lost_to: str | None = None
        """Who took the Lease while it was not renewed, as by a machine that was asleep."""

    @property
    def annotations(self) -> Mapping[str, str]:
        """Annotations of what is made on the holder's behalf."""
        return {HOLDER: str(self.holder), RELEASE: self.key}

    @property
    def key(self) -> str:
        """The release and its namespace."""
        return self._release

    def acquire(self) -> None:
        """Raises EngineError where another testbed uses the release."""
        try:
            self._take()
        except ApiError as error:
            if error.status != 409:
                raise
            # Somebody else was quicker.
            self._refuse(self._read())
            self._take()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Safe to call twice."""
        if self._thread is None:
            return
        self._ended.set()
        self._thread.join(2 * _RENEW_S)
        self._thread = None
        with contextlib.suppress(ApiError):
            if self.held_by_other() is None:
                self._api.delete(path("leases", self._namespace, self._name))

    def leave(self) -> None:
        """Hold it no more, and let the Lease stay, so that whoever comes after finds what could not be given back."""
        if self._thread is not None:
            self._ended.set()
            self._thread.join(2 * _RENEW_S)
            self._thread = None

    def exists(self) -> bool:
        """Whether there is such a Lease, whoever's."""
        return self._read() is not None

    def held_by_other(self) -> str | None:
        """Who uses the release, where somebody else does."""
        return self._other(self._read())

    def _take(self) -> None:
        lease = self._read()
        if lease is None:
            labels = OURS | dict.fromkeys(self._marks, "true")
            body = {
                "metadata": {"name": self._name, "labels": labels, "annotations": self._marks},
                "spec": self._spec(),
            }
            self._api.post(path("leases", self._namespace), body)
            return
        self._refuse(lease)
        # With the version that was read, so that of two who find it free one is refused.
        version = {"resourceVersion": lease["metadata"]["resourceVersion"]}
        self._api.patch(path("leases", self._namespace, self._name), {"metadata": version, "spec": self._spec()})

    def _refuse(self, lease: Json | None) -> None:
        if (other := self._other(lease)) is not None:
            if self._of:
                raise EngineError(f"{self._of}: {other} runs an experiment on it; wait for it")
            raise EngineError(
                f"namespace {self._namespace}: {other} runs an experiment on this release; wait for it, or name "
                "another --namespace"
            )

    def _read(self) -> Json | None:
        return found(self._api, path("leases", self._namespace, self._name))

    def _other(self, lease: Json | None) -> str | None:
        other = field(lease or {}, "spec", "holderIdentity", default="")
        return str(other) if lease and other not in ("", str(self.holder)) and alive(lease) else None

    def _spec(self) -> Json:
        return {
            "holderIdentity": str(self.holder),
            "leaseDurationSeconds": _VALID_S,
            "renewTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }

    def _renew(self) -> None:
        while not self._ended.wait(self._every_s):
            # The next one may succeed; the Lease outlives three failures.
            with contextlib.suppress(ApiError):
                self.lost_to = self.lost_to or self.held_by_other()
                if self.lost_to is not None:
                    return
                self._api.patch(path("leases", self._namespace, self._name), {"spec": self._spec()})


def alive(lease: Json) -> bool:
    holder = Holder.of(field(lease, "spec", "holderIdentity"))
    if holder is not None and holder.gone:
        return False
    renewed = field(lease, "spec", "renewTime")
    if renewed is None:
        return False
    age = datetime.now(UTC) - datetime.fromisoformat(str(renewed))
    return age < timedelta(seconds=field(lease, "spec", "leaseDurationSeconds", default=_VALID_S))


def remove_loads(api: Api, namespace: str, release: str) -> list[str]:
    """Delete the TestRuns that a testbed made for this release and left; their names. Whoever calls holds the Lease."""
    removed = []
    for run in listed(api, "testruns", namespace, OURS):
        if field(run, "metadata", "annotations", RELEASE) == release:
            name = run["metadata"]["name"]
            api.delete(path("testruns", namespace, name), propagationPolicy="Background")
            removed.append(name)
    return removed


def mark_path(namespace: str, release: str) -> str:
    """The path of a ConfigMap that is there while the release is one that an engine installed."""
    return path("configmaps", namespace, f"scalebed-made-{release}")


def mark(api: Api, namespace: str, release: str) -> None:
    """Remember that an engine installs the release."""
    if not made_by_engine(api, namespace, release):
        name = mark_path(namespace, release).rpartition("/")[2]
        api.post(path("configmaps", namespace), {"metadata": {"name": name, "labels": dict(OURS)}})


def made_by_engine(api: Api, namespace: str, release: str) -> bool:
    return found(api, mark_path(namespace, release)) is not None
