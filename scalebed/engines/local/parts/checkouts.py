"""Revisions of an application's repository, each checked out into a folder of its own.

A repository that borrows the user's objects, and no worktree: whoever kills the testbed finds nothing of it in a
repository of theirs.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scalebed.engines import git
from scalebed.engines.local.isolation.processes import Processes, last_line
from scalebed.engines.local.parts.applications import folder_of, run_once
from scalebed.engines.sources import digests
from scalebed.experiment.application import Application
from scalebed.messages import EngineError, Say

_NO_DATABASE = "postgresql://127.0.0.1:1/none"
"""Nothing listens there: what is built is built without rows."""
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_NEVER_SHARED = frozenset({"__pycache__/", "runs/", ".venv/", "venv/"})
"""What nobody misses in a checkout."""


class Checkouts:
    """Makes them under `folder`, which is the caller's to remove. `build` gets one log a command in `logs`."""

    def __init__(self, folder: Path, logs: Path, processes: Processes) -> None:
        self._folder = folder
        self._logs = logs
        self._processes = processes
        self._sources: dict[str, Mapping[str, str]] = {}

    def of(self, application: Application, name: str, say: Say) -> Application:
        """The application of this name where its revision is checked out and built; itself where it has none.

        Raises EngineError where there is no repository, no such revision, or a command of `build` fails.
        """
        if not application.revision:
            return application
        folder = folder_of(application)
        unknown = f"service.revision: git tells no repository that {folder} is in"
        top = Path(_git(folder, "rev-parse", "--show-toplevel", wrong=unknown))
        inside = folder.resolve().relative_to(top.resolve())
        commit = _commit(top, application.revision)
        _require_apart(application, top)
        # By all that decides what is made of it, so that a database that was filled from it is known again.
        made_of = [str(top), commit, *application.build, str(application.environment), str(inside)]
        made_of += [json.dumps(dict(application.env), sort_keys=True), str(sorted(application.secrets.items()))]
        key = hashlib.sha256("\n".join(made_of).encode()).hexdigest()
        place = self._folder / f"{commit[:12]}-{key[:8]}"
        found = application.model_copy(update={"folder": str(place / inside)})
        if not place.exists():
            say(f"Checking out {application.revision} ({commit[:12]}) …")
            if lacking := _ignored(folder):
                say(f"Not in it, as git ignores it: {', '.join(lacking)}.")
            try:
                self._make(found, name, top, commit, place)
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
        return found

    def sources(self, application: Application) -> Mapping[str, str]:
        """Digests of what was checked out, by path; what `build` has made beside it may differ each time."""
        return self._sources[str(application.folder)]

    def _make(self, application: Application, name: str, top: Path, commit: str, place: Path) -> None:
        cannot = f"service.revision: {application.revision} cannot be checked out"
        _borrow(top, place, cannot)
        filters = [word for line in _filters(top) for word in ("-c", line)]
        _git(place, *filters, "checkout", "--quiet", "--detach", commit, wrong=cannot)
        # Where objects are missing, as in a partial clone, git says so and ends well.
        if _git(place, *filters, "status", "--porcelain", wrong=cannot):
            raise EngineError(f"{cannot}: files of it are missing in {top}; fetch them, or clone it in full")
        if (place / ".gitmodules").exists():
            raise EngineError(
                f"service.revision: {application.revision} has submodules, which are not checked out here; check it "
                "out yourself, and name that place as folder"
            )
        inner = Path(str(application.folder))
        if not inner.is_dir():
            raise EngineError(
                f"service.revision: {application.revision} has no folder {inner.relative_to(place)}; name the one that "
                "it had, or another revision"
            )
        self._sources[str(inner)] = digests(inner)
        self._build(application, name)

    def _build(self, application: Application, name: str) -> None:
        for number, command in enumerate(application.build, 1):
            where, log = f"service.build.{number - 1}", self._logs / f"build-{name}-{number}.log"
            status = run_once(
                self._processes, application, command, what=where, where=where, database=_NO_DATABASE, log=log
            )
            if status != 0:
                raise EngineError(f"{where}: {command} ended with status {status}: {last_line(log)} ({log})")


def _commit(top: Path, revision: str) -> str:
    """Of a name that stands for one commit; a branch may be known as the remote's alone, as in CI."""
    wrong = f"service.revision: {top} knows no revision {revision}; fetch it, or name another"
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    for name in (revision, f"origin/{revision}"):
        try:
            found = _git(top, *asked, f"{name}^{{commit}}", wrong=wrong)
        except EngineError:
            continue
        if _COMMIT.fullmatch(found):
            return found
    raise EngineError(wrong)


def _borrow(top: Path, place: Path, cannot: str) -> None:
    """An empty repository that reads objects of another. A clone would lack commits that only a remote's branch has."""
    place.parent.mkdir(parents=True, exist_ok=True)
    _git(place.parent, "init", "--quiet", "--template=", str(place), wrong=cannot)
    common = Path(_git(top, "rev-parse", "--path-format=absolute", "--git-common-dir", wrong=cannot))
    info = place / ".git" / "objects" / "info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "alternates").write_text(f"{common / 'objects'}\n", encoding="utf-8")
    if (common / "shallow").exists():
        shutil.copy(common / "shallow", place / ".git" / "shallow")


def _filters(top: Path) -> list[str]:
    """Filters that the user's repository alone knows, such as those of git-crypt, as `key=value`."""
    try:
        return [
            line.replace(" ", "=", 1)
            for line in _git(top, "config", "--local", "--get-regexp", "^filter[.]", wrong="").splitlines()
        ]
    except EngineError:
        return []


def _ignored(folder: Path, most: int = 8) -> list[str]:
    """What lies in the folder and in no repository, but for what nobody misses; at most so many names."""
    listed = _git(
        folder, "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "--no-empty-directory",
        wrong="service.revision: git cannot list what it ignores",
    ).splitlines()  # fmt: skip
    names = [name for name in listed if name.count("/") <= name.endswith("/") and name not in _NEVER_SHARED]
    return [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]


def _require_apart(application: Application, top: Path) -> None:
    """That nothing leads back from the checkout into the user's folder. Raises EngineError."""
    inside = re.compile(rf"(?<![^\s=:'\"]){re.escape(str(top))}(?![\w.-])")
    told = {"command": application.command, **{f"env.{name}": text for name, text in application.env.items()}}
    for key, text in told.items():
        if inside.search(text):
            raise EngineError(
                f"service.{key}: names {top}, which is the folder as it is and not {application.revision}; write "
                "a path from the service's folder"
            )
    if application.environment is not None:
        for package in _installed_from(Path(application.environment), top):
            raise EngineError(
                f"service.environment: {application.environment} has {package} of {top}, so that "
                f"{application.revision} would run the folder's code; install its packages alone, or give the "
                "variant an environment of its own"
            )


def _installed_from(environment: Path, top: Path) -> Iterator[str]:
    """What of an environment of Python's was installed from a folder (PEP 610), or is read from there."""
    for site in environment.glob("lib/python3*/site-packages"):
        for path in sorted(site.glob("*.pth")):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                if (
                    line.startswith("/")
                    and Path(line).is_relative_to(top)
                    and not Path(line).is_relative_to(environment)
                ):
                    yield path.name
        for path in sorted(site.glob("*.dist-info/direct_url.json")):
            try:
                url = urlsplit(str(json.loads(path.read_text(encoding="utf-8")).get("url", "")))
            except (ValueError, AttributeError):
                continue
            if url.scheme == "file" and Path(unquote(url.path)).is_relative_to(top):
                yield path.parent.name.removesuffix(".dist-info").replace("-", " ")


def _git(folder: Path, *said: str, wrong: str) -> str:
    """What git answers. Raises EngineError, which begins with `wrong` and ends with git's last line."""
    try:
        return git.ask(folder, *said)
    except git.NoGitError as error:
        raise EngineError(f"service.revision: git cannot be run ({error}); install it") from error
    except git.GitError as error:
        raise EngineError(f"{wrong}{f' ({error})' if str(error) else ''}") from error
