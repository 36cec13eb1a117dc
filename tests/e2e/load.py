"""A load on a service by a TestRun of two runners, as `kubectl apply -k loadtest/testruns/browse` starts it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import yaml

from scalebed.engines.k6.summary import Summary, summarize
from tests.e2e.cluster import LOAD, kubectl, objects, until

START_LIMIT_S = 180
_END_LIMIT_S = 120
"""For the requests under way, and for the operator to notice."""
_MARK = '{"scalebed":'


class TestRun:
    """One that was started; `name` is its own and its pods' label."""

    __test__ = False

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self._seconds = seconds

    def runners(self) -> list[dict[str, Any]]:
        return objects("pods", LOAD, {"k6_cr": self.name, "runner": "true"})

    def wait_until_it_runs(self) -> None:
        """Every runner has written what a second came to."""
        until(f"requests of TestRun {self.name}", self._all_write, START_LIMIT_S)

    @property
    def ended(self) -> bool:
        """Every runner has."""
        return self._ended()

    def finish(self) -> Summary:
        """What it came to, once all runners have ended; fails where one did not end well, by its exit code."""
        until(f"the end of TestRun {self.name}", self._ended, self._seconds + START_LIMIT_S + _END_LIMIT_S)
        codes = [_terminated(pod)["exitCode"] for pod in self.runners()]
        assert codes == [0] * len(codes), f"exit codes {codes} of the runners of {self.name}:\n{self._logs()[-2000:]}"
        return summarize(self._logs().splitlines())

    def in_flight(self) -> float:
        """The most requests that were under way at once in any second's mean, over all runners."""
        by_second: dict[int, float] = {}
        for line in self._lines():
            if line["type"] == "generator":
                by_second[line["second"]] = by_second.get(line["second"], 0.0) + line["in_flight"]
        return max(by_second.values())

    def _all_write(self) -> bool:
        pods = self.runners()
        return len(pods) == 2 and all(_MARK in self._log(pod) for pod in pods)

    def _ended(self) -> bool:
        pods = self.runners()
        return len(pods) == 2 and all(_terminated(pod) for pod in pods)

    def _log(self, pod: Mapping[str, Any]) -> str:
        if pod["status"]["phase"] == "Pending":
            return ""
        return kubectl("--namespace", LOAD, "logs", pod["metadata"]["name"], "--container", "k6", "--tail=-1")

    def _logs(self) -> str:
        return "".join(self._log(pod) for pod in self.runners())

    def _lines(self) -> list[dict[str, Any]]:
        return [json.loads(row) for row in self._logs().splitlines() if row.startswith(_MARK)]


def _terminated(pod: Mapping[str, Any]) -> Any:
    statuses = pod["status"].get("containerStatuses", [])
    return statuses[0]["state"].get("terminated") if statuses else None


@contextmanager
def load(name: str, service: str, *, seconds: float, workload: str = "browse", **settings: str) -> Iterator[TestRun]:
    """A TestRun of this name, removed at the end; `settings` are the environment of loadtest/README.md."""
    rendered = yaml.safe_load_all(kubectl("kustomize", "loadtest/testruns/browse"))
    documents = [document for document in rendered if document]
    (testrun,) = (document for document in documents if document["kind"] == "TestRun")
    testrun["metadata"]["name"] = name
    testrun["spec"]["script"]["configMap"]["file"] = f"{workload}.js"
    environment = {
        "BASE_URL": f"http://scalebed-{service}.scalebed",
        "DURATION": f"{seconds:g}s",
        "MAX_VUS": "200",
        "SEED": "1",
        **settings,
    }
    testrun["spec"]["runner"]["env"] = [{"name": key, "value": value} for key, value in environment.items()]
    manifest = yaml.safe_dump_all(documents)
    kubectl("apply", "--filename", "-", stdin=manifest)
    try:
        yield TestRun(name, seconds)
    finally:
        kubectl("--namespace", LOAD, "delete", "testrun", name, "--ignore-not-found", "--wait=true")
        until(f"no pod of {name}", lambda: not objects("pods", LOAD, {"k6_cr": name}), 120)
