"""A testbed that can be killed: its calls go through to the cluster until it dies, and none does after that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fake_cluster import FakeApi
from fake_helm import FakeHelm

from scalebed.engines.kubernetes.api.client import ApiError, Json
from scalebed.engines.kubernetes.api.helm import Revision


class Killed(BaseException):
    """What `kill -9` is to those whose `finally` may then do nothing more."""


class Life:
    """Ends at the change number `ends_at`, from 1: before it, or `halfway` through it where it is helm's."""

    def __init__(self, ends_at: int | None = None, *, halfway: bool = False) -> None:
        self.changes = 0
        self.by_helm: list[int] = []
        """Numbers of the changes that helm made."""
        self.over = False
        self._ends_at = ends_at
        self._halfway = halfway

    def read(self) -> None:
        if self.over:
            raise ApiError(0, "whoever asks is dead")

    def change(self, happen: Callable[[], Any], helm: FakeHelm | None = None) -> Any:
        self.read()
        self.changes += 1
        if helm is not None:
            self.by_helm.append(self.changes)
        if self.changes != self._ends_at:
            return happen()
        if self._halfway and helm is not None:
            helm.halfway = self._die
            try:
                happen()
            finally:
                helm.halfway = lambda: None
        return self._die()

    def _die(self) -> None:
        self.over = True
        raise Killed


class MortalApi:
    """Implements `Api`. The Lease lives on its own: it is renewed by time, and no change to anything else."""

    def __init__(self, api: FakeApi, life: Life) -> None:
        self._api = api
        self._life = life

    def get(self, path: str, **query: str) -> Json:
        self._life.read()
        return self._api.get(path, **query)

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        made: Json = self._life.change(lambda: self._api.post(path, body))
        return made

    def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        changed: Json = self._life.change(lambda: self._api.patch(path, body))
        return changed

    def delete(self, path: str, **query: str) -> None:
        self._life.change(lambda: self._api.delete(path, **query))

    def text(self, path: str, **query: str) -> str:
        self._life.read()
        return self._api.text(path, **query)

    def lines(self, path: str, **query: str) -> Iterator[bytes]:
        self._life.read()
        return self._api.lines(path, **query)

    def execute(self, namespace: str, pod: str, container: str, command: Sequence[str]) -> str:
        said: str = self._life.change(lambda: self._api.execute(namespace, pod, container, command))
        return said


class MortalHelm:
    """Implements `Helm`."""

    def __init__(self, helm: FakeHelm, life: Life) -> None:
        self._helm = helm
        self._life = life
        self.chart_name = helm.chart_name

    def history(self, release: str) -> Sequence[Revision]:
        self._life.read()
        return self._helm.history(release)

    def values(self, release: str) -> Mapping[str, Any] | None:
        self._life.read()
        return self._helm.values(release)

    def jobs(self, release: str, revision: int) -> frozenset[str]:
        self._life.read()
        return self._helm.jobs(release, revision)

    def template(self, release: str, values: Mapping[str, Any]) -> list[Json]:
        return self._helm.template(release, values)

    def upgrade(self, release: str, values: Mapping[str, Any], why: str) -> None:
        self._life.change(lambda: self._helm.upgrade(release, values, why), self._helm)

    def rollback(self, release: str, revision: int) -> None:
        self._life.change(lambda: self._helm.rollback(release, revision), self._helm)

    def uninstall(self, release: str) -> None:
        self._life.change(lambda: self._helm.uninstall(release))
