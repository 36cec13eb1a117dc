"""Calls helm, which knows releases; what it makes is then watched through the API."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from scalebed.engines.kubernetes.api.client import Json
from scalebed.messages import EngineError

_LIMIT_S = 300
_NOT_FOUND = re.compile(r"release: not found", re.IGNORECASE)
_LOGGED = re.compile(r"WARNING|level=|time=|[a-z_]+\.go:\d+: |\d{4}/\d\d/\d\d |[IWE]\d{4} ")
_PLACE = re.compile(r"execution error at \([^)]*\): ")
_HINT = "Use --debug flag to render out invalid YAML"


@dataclass(frozen=True)
class Revision:
    """One state of a release. `chart` is name and version, such as `scalebed-0.1.0`."""

    number: int
    status: str
    """`deployed`, `superseded`, `failed`, or `pending-…` while a helm is at work on it."""
    description: str
    chart: str


class Helm(Protocol):
    """Releases in one namespace. Every method may raise EngineError with helm's own last sentence."""

    @property
    def chart_name(self) -> str:
        """Name and version of the chart that `upgrade` installs."""
        ...

    def history(self, release: str) -> Sequence[Revision]:
        """Those that are kept, the oldest first; empty where there is no such release."""
        ...

    def values(self, release: str) -> Mapping[str, Any] | None:
        """What its user gave; None where there is no such release."""
        ...

    def upgrade(self, release: str, values: Mapping[str, Any], why: str) -> None:
        """Install it, or upgrade it to these values and no others; `why` describes the revision. Does not wait for
        pods."""
        ...

    def rollback(self, release: str, revision: int) -> None:
        """Make a new revision of what this one was."""
        ...

    def jobs(self, release: str, revision: int) -> frozenset[str]:
        """The names of the Jobs that this revision's manifest has."""
        ...

    def template(self, release: str, values: Mapping[str, Any]) -> list[Json]:
        """The manifests that these values come to."""
        ...

    def uninstall(self, release: str) -> None:
        """What is not there is not missed."""
        ...


@dataclass(frozen=True)
class HelmCommand:
    """Implements `Helm` with the program, of this major version."""

    program: Path
    chart: Path
    context: str
    namespace: str
    major: int = 3

    def values(self, release: str) -> Mapping[str, Any] | None:
        done = self._run("get", "values", release, "--output", "json")
        if done.returncode and _NOT_FOUND.search(done.stderr):
            return None
        self._check(done, f"helm get values {release}")
        return json.loads(done.stdout) or {}

    @property
    def chart_name(self) -> str:
        chart = yaml.safe_load((self.chart / "Chart.yaml").read_text(encoding="utf-8"))
        return f"{chart['name']}-{chart['version']}"

    def history(self, release: str) -> Sequence[Revision]:
        done = self._run("history", release, "--output", "json")
        if done.returncode and _NOT_FOUND.search(done.stderr):
            return ()
        self._check(done, f"helm history {release}")
        found = [
            Revision(int(each["revision"]), str(each["status"]), str(each["description"]), str(each["chart"]))
            for each in json.loads(done.stdout)
        ]
        return sorted(found, key=lambda revision: revision.number)

    def upgrade(self, release: str, values: Mapping[str, Any], why: str) -> None:
        arguments = ("upgrade", release, str(self.chart), "--install", "--reset-values", "--values", "-")
        words = (*arguments, f"--description={why}", *self._applying(release))
        self._check(self._run(*words, given=json.dumps(values)), f"helm upgrade {release}")

    def rollback(self, release: str, revision: int) -> None:
        words = ("rollback", release, str(revision), *self._applying(release))
        self._check(self._run(*words), f"helm rollback {release}")

    def jobs(self, release: str, revision: int) -> frozenset[str]:
        done = self._run("get", "manifest", release, f"--revision={revision}")
        self._check(done, f"helm get manifest {release}")
        objects = yaml.load_all(done.stdout, Loader=yaml.CSafeLoader)
        return frozenset(each["metadata"]["name"] for each in objects if each and each["kind"] == "Job")

    def template(self, release: str, values: Mapping[str, Any]) -> list[Json]:
        done = self._run("template", release, str(self.chart), "--values", "-", given=json.dumps(values))
        self._check(done, f"helm template {release}")
        return [each for each in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader) if each]

    def uninstall(self, release: str) -> None:
        arguments = ("uninstall", release, "--ignore-not-found", "--wait", f"--timeout={_LIMIT_S}s")
        self._check(self._run(*arguments), f"helm uninstall {release}")

    def _applying(self, release: str) -> tuple[str, ...]:
        """How an upgrade or a rollback changes objects: as the release was made, and whoever set a field since.

        Helm 3 sets what the chart says without a word. Helm 4 does so for releases that Helm 3 made; what it applies
        on the server's side it refuses to change where somebody else has, as an autoscaler or `kubectl scale` does with
        the number of replicas.
        """
        if self.major < 4:
            return ()
        done = self._run("get", "metadata", release, "--output", "json")
        if done.returncode and not _NOT_FOUND.search(done.stderr):
            self._check(done, f"helm get metadata {release}")
        made = json.loads(done.stdout).get("applyMethod", "") if done.returncode == 0 else "ssa"
        return ("--server-side=true", "--force-conflicts") if made == "ssa" else ("--server-side=false",)

    def _run(self, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        argv = [str(self.program), *words, f"--kube-context={self.context}", f"--namespace={self.namespace}"]
        try:
            # stdin of its own: a Ctrl-C at the terminal reaches helm as well, which then ends what it does.
            return subprocess.run(
                argv, input=given or "", capture_output=True, text=True, timeout=_LIMIT_S + 30, check=False
            )
        except OSError as error:
            raise EngineError(f"{self.program} cannot be run ({error.strerror}): install Helm anew") from error
        except subprocess.TimeoutExpired as error:
            limit = f"{_LIMIT_S + 30} s"
            raise EngineError(
                f"helm {words[0]} did not end within {limit}; does the cluster of context {self.context} answer?"
            ) from error

    def _check(self, done: subprocess.CompletedProcess[str], what: str) -> None:
        if done.returncode:
            raise EngineError(f"{what}: {_last(done.stderr.splitlines())}")


def _last(lines: Sequence[str]) -> str:
    """Helm's own sentence, without what it logs before and what it says of places in a chart."""
    told = [line.strip() for line in lines if line.strip() and not _LOGGED.match(line)]
    errors = [number for number, line in enumerate(told) if line.startswith("Error: ")]
    said = " ".join(told[errors[-1] :] if errors else told).removeprefix("Error: ").removesuffix(_HINT)
    return _PLACE.sub("", said).strip()[:600] or "helm failed and gave no reason"
