"""A run on a user's release is killed in a trial; `down`, or the next run, gives the release back as it was."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scalebed import paths
from tests.e2e import release
from tests.e2e.cluster import APP, CONTEXT, LOAD, helm, kubectl, objects, run, until

pytestmark = pytest.mark.alone

ROOM = {"resources": {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "320Mi"}}}
USERS = {"naive": {"replicas": 1, "env": {"GREETING": "hello"}, **ROOM}, "optimized": {"replicas": 1, **ROOM}}
"""A release with a setting of its user's."""
SCALED = 2
"""Replicas that were set by hand after it."""
DOWN = ("./scripts/scalebed", "down", "--engine", "kubernetes", "--context", CONTEXT)


@pytest.fixture
def theirs(installed: None) -> Iterator[None]:
    """Also with a table that only the user has made."""
    release.bring(USERS)
    kubectl("--namespace", APP, "scale", "deployment/scalebed-optimized", f"--replicas={SCALED}")
    kubectl("--namespace", APP, "rollout", "status", "deployment/scalebed-optimized", "--timeout=3m", limit_s=200)
    database("CREATE TABLE mine (); COMMENT ON TABLE mine IS 'kept by its user'")
    yield
    database("DROP TABLE mine")


def command(place: Path) -> list[str]:
    settings = (
        "variants=[optimized]", "kind=fixed-rate", "rates=[20]", "duration=15s", "workload=write-mix",
        f"dataset.contacts={release.CONTACTS}", "cpu_per_replica=0.3",
    )  # fmt: skip
    given = [word for setting in settings for word in ("--set", setting)]
    return [
        "./scripts/scalebed", "run", "smoke", "--engine", "kubernetes", "--context", CONTEXT, *given,
        "--out", str(place),
    ]  # fmt: skip


@contextmanager
def under_way(place: Path) -> Iterator[subprocess.Popen[str]]:
    """A run in a process group of its own, which has not ended by itself."""
    log = place.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(
            command(place), cwd=paths.ROOT, stdout=output, stderr=output, text=True, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def killed_when(place: Path, moment: Callable[[], Any]) -> None:
    """With everything that it started, helm too, as when a machine goes down."""
    with under_way(place) as process:
        until("the moment of the kill", lambda: moment() or process.poll() is not None, 400, every_s=0.1)
        assert process.poll() is None, place.with_suffix(".log").read_text(encoding="utf-8")
        os.killpg(process.pid, signal.SIGKILL)


def database(statement: str) -> str:
    """In the database that the user's optimized service has."""
    name = _database(json.loads(kubectl("get", "deployment", "scalebed-optimized", "-n", APP, "-o", "json")))
    words = ("exec", "scalebed-postgres-0", "--", "psql", "--username=postgres", f"--dbname={name}", "-At", "-c")
    return kubectl("--namespace", APP, *words, statement).strip()


def _database(deployment: dict[str, Any]) -> str:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    (url,) = (each["value"] for each in container["env"] if each["name"] == "DATABASE_URL")
    return str(url.rpartition("/")[2])


def state() -> dict[str, Any]:
    """What the user had: values, pods and what runs in them, autoscalers, addresses, rows; and what is left of ours."""
    labels = {"app.kubernetes.io/instance": release.NAME}
    return {
        "values": helm("get", "values", release.NAME, "--namespace", APP),
        "deployments": {each["metadata"]["name"]: each["spec"] for each in objects("deployments", APP, labels)},
        "autoscalers": [each["spec"] for each in objects("hpa", APP, labels)],
        "addresses": {each["metadata"]["name"]: each["spec"] for each in objects("services", APP, labels)},
        "record": objects("secrets", APP, {"app.kubernetes.io/managed-by": "scalebed"}),
        "loads": kubectl("--namespace", LOAD, "get", "testruns", "--output", "name"),
        "mine": database("SELECT obj_description(to_regclass('mine'))"),
    }


def upgrading() -> bool:
    return bool(objects("secrets", APP, {"owner": "helm", "status": "pending-upgrade"}))


def running() -> bool:
    pods = objects("pods", LOAD, {"runner": "true"})
    return any(pod["status"]["phase"] == "Running" for pod in pods)


@pytest.mark.usefixtures("theirs")
@pytest.mark.timeout(1800)
def test_down_gives_a_release_back_after_a_kill(tmp_path: Path) -> None:
    before = state()
    assert before["mine"] == "kept by its user"
    assert before["deployments"]["scalebed-optimized"]["replicas"] == SCALED
    for name, moment in {"in-helm": upgrading, "in-a-load": running}.items():
        killed_when(tmp_path / name, moment)
        assert state() != before
        run(*DOWN, limit_s=300)
        assert state() == before, f"killed {name}"


@pytest.mark.thorough
@pytest.mark.usefixtures("theirs")
@pytest.mark.timeout(1800)
def test_the_next_run_gives_it_back_too_and_one_beside_it_is_refused(tmp_path: Path) -> None:
    before = state()
    killed_when(tmp_path / "killed", running)
    with under_way(tmp_path / "next") as process:
        # Until it has the release, pods of the run that was killed still are there, and another could be faster.
        log = (tmp_path / "next.log").read_text
        until("the next run's turn", lambda: "Adopting the release" in log(encoding="utf-8"), 400)
        until("a load of the next run", running, 400)
        refused = subprocess.run(
            command(tmp_path / "beside"), cwd=paths.ROOT, capture_output=True, text=True, timeout=120, check=False
        )
        assert refused.returncode == 2
        told = " ".join((refused.stdout + refused.stderr).split())
        assert "runs an experiment on this release; wait for it, or name another --namespace" in told
        process.wait(900)
    assert state() == before
