"""The how-to pages of the cluster: every command in them does what the page says."""

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pages import blocks, script
from quick import of_these_quick

from scalebed import paths
from tests.e2e.cluster import APP, LOAD, helm, kubectl, run, until

RELOAD_LIMIT_S = 5
CHANGED = "apps/telemetry/views.py"
PAGES = ("load-with-kubectl", "scale-and-run-again", "tune-with-helm")


@pytest.fixture
def empty(installed: None) -> Iterator[None]:
    """No release, as for somebody who begins; its data may be there. And no TestRun afterwards."""
    helm("uninstall", "scalebed", "--namespace", APP, "--ignore-not-found", "--wait")
    yield
    kubectl("--namespace", LOAD, "delete", "testruns", "--all", limit_s=180)


@pytest.mark.alone
@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("page", of_these_quick(PAGES, {"scale-and-run-again"}))
def test_its_commands_work(page: str) -> None:
    said = run("bash", "-c", script(page), limit_s=800)

    # Each of them ends with what a load came to.
    row = next(row for row in said.splitlines() if row.split()[:1] == ["all"])
    requests = int(row.split()[1].replace(",", ""))
    assert requests > 1000


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """The sources as they are, in a folder where they may be changed; images made of them are removed."""
    before = _images()
    files = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, files):
        source, copy = paths.ROOT / name, tmp_path / "clone" / name
        if source.is_symlink() or source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    run("git", "init", "--quiet", str(tmp_path / "clone"))
    run("git", "-C", str(tmp_path / "clone"), "add", "--all")
    identity = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    run("git", "-C", str(tmp_path / "clone"), *identity, "commit", "--quiet", "--message", "As it is")
    yield tmp_path / "clone"
    if made := _images() - before:
        run("docker", "image", "rm", *sorted(made))


def _images() -> set[str]:
    return set(
        run("docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=scalebed/*").split()
    )


def typed(command: str) -> str:
    """As the page says it, for a cluster that was made without a registry."""
    image = run("docker", "inspect", "--format", "{{.Config.Image}}", "scalebed-control-plane").strip()
    return command if image.startswith("kindest/") else re.sub(r"^skaffold ", "./scripts/airgap/skaffold ", command)


@contextmanager
def running(command: str, folder: Path, log: Path) -> Iterator[subprocess.Popen[str]]:
    """A command in the background, ended as Ctrl-C would."""
    with log.open("w") as output:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=180)
            finally:
                process.kill()
                process.wait()


@pytest.mark.alone
@pytest.mark.usefixtures("empty")
@pytest.mark.timeout(1500)
def test_skaffold_follows_what_is_changed(clone: Path, tmp_path: Path) -> None:
    (block,) = (each for each in blocks("develop-with-skaffold") if each.background)
    (command,) = block.commands
    log = tmp_path / "skaffold.log"

    with running(typed(command), clone, log) as process:
        # It says so itself; what is saved before is in nobody's sight.
        until("skaffold's watch", lambda: process.poll() is not None or "Watching for changes" in log.read_text(), 1200)
        until("answers of both services", lambda: process.poll() is not None or all_say("ok"), 120)
        assert process.poll() is None, log.read_text()[-3000:]
        source = (clone / CHANGED).read_text(encoding="utf-8")
        assert '"ok"' in source
        (clone / CHANGED).write_text(source.replace('"ok"', '"changed"'), encoding="utf-8")
        began = time.monotonic()
        until("the change in both services", lambda: all_say("changed"), 60, every_s=0.1)
        took = time.monotonic() - began

    print(f"A changed file was served after {took:.1f} s.")
    assert took <= RELOAD_LIMIT_S


def all_say(status: str) -> bool:
    """Both services, at the ports that the page names."""
    return all(health(port) == status for port in (8001, 8002))


def health(port: int) -> str | None:
    """What the service says of itself; None while nobody answers."""
    try:
        return str(httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json()["status"])
    except (httpx.HTTPError, ValueError, KeyError):
        return None


@pytest.mark.thorough
@pytest.mark.usefixtures("empty")
@pytest.mark.timeout(1500)
def test_skaffold_installs_what_is_measured(clone: Path) -> None:
    *_, install, remove = (typed(each) for block in blocks("develop-with-skaffold") for each in block.commands)

    _in(clone, install)
    images = kubectl("--namespace", APP, "get", "deployments", "--output", "jsonpath={..containers[*].image}").split()
    _in(clone, remove)

    commit = run("git", "-C", str(clone), "rev-parse", "--short=7", "HEAD").strip()
    # In a cluster on this machine skaffold names an image by what is in it; the commit's name is the same one's.
    built = run("docker", "image", "inspect", "--format", "{{.Id}}", f"scalebed/optimized:{commit}").strip()
    assert f"scalebed/optimized:{built.removeprefix('sha256:')}" in images
    assert not kubectl("--namespace", APP, "get", "deployments", "--output", "name").strip()


def _in(folder: Path, command: str) -> None:
    run("env", "-C", str(folder), "bash", "-c", command, limit_s=1200)
