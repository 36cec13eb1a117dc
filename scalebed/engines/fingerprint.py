"""What was measured with: everything that could change a result and that this engine can know."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from scalebed import paths
from scalebed.engines import git
from scalebed.engines.services import find_service, read_service
from scalebed.provision import builds
from scalebed.requirements import LOCKS, read_pins


def package_versions(root: Path = paths.ROOT) -> dict[str, str]:
    """Versions of installed packages that services and peers lock; they and the testbed share this environment.

    What the locks have for other Pythons alone is not.
    """
    found = {}
    locked = {name for lock in LOCKS for name in read_pins((root / lock).read_text(encoding="utf-8"))}
    for name in sorted(locked):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def built(names: Iterable[str], root: Path = paths.ROOT) -> dict[str, dict[str, str]]:
    """Of the services among these that have to be built, what each is built with."""
    found = {}
    for name in dict.fromkeys(names):
        service = read_service(root, name) if find_service(root, name) is not None else None
        if service is not None and service.build is not None:
            found[name] = builds.versions(service.build)
    return found


def code_state(root: Path = paths.ROOT) -> dict[str, object]:
    """As `git_state` of the testbed; None where `root` is no clone, though it may lie within somebody's repository."""
    top = _git(root, "rev-parse", "--show-toplevel")
    return git_state(root) if top is not None and Path(top) == root.resolve() else {"commit": None, "dirty": None}


def git_state(root: Path) -> dict[str, object]:
    """Commit, and whether the working tree differs from it; None where git cannot tell."""
    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain")
    return {"commit": commit, "dirty": None if changes is None else bool(changes)}


def _git(root: Path, *words: str) -> str | None:
    try:
        return git.ask(root, *words, patience_s=20)
    except git.GitError:
        return None
