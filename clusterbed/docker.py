"""The Docker client: asks, builds, imports and tags. `daemon` looks after the daemon itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from clusterbed.commands import Answer, Log, ask, output
from clusterbed.stages import Made
from scalebed.messages import EngineError

_ABSENT = re.compile("no such (image|object)|image not known|^docker cannot be run", re.IGNORECASE)
"""Said of an image by Docker, and by Podman under its name; and where there is no client, there is no image."""
ASK_S = 20
"""How long the daemon may take to answer."""


def unanswered(answer: Answer) -> EngineError:
    """What to raise where the daemon should have answered, and did not."""
    return EngineError(f"The Docker daemon does not answer: {answer.trouble}")


class Docker:
    """`log` takes what its commands print."""

    def __init__(self, log: Log) -> None:
        self.log = log

    def engine_version(self) -> str | None:
        """The daemon's; None where none answers."""
        return self._version()[0]

    def silence(self) -> str:
        """Why no daemon answers, in the client's words; empty where one does."""
        return self._version()[1]

    def _version(self) -> tuple[str | None, str]:
        answer = ask(["docker", "version", "--format", "{{.Server.Version}}"], timeout_s=ASK_S)
        version = (answer.printed or "").strip()
        return (version, "") if version else (None, answer.trouble or "docker knows no version of it")

    def has(self, reference: str) -> bool:
        """Raises EngineError where the daemon does not say."""
        answer = ask(["docker", "image", "inspect", "--format", "{{.Id}}", reference])
        if answer.printed is None and _ABSENT.search(answer.trouble) is None:
            raise unanswered(answer)
        return answer.printed is not None

    def run(self, *argv: str | Path, what: str, stdin: int | None = None) -> None:
        self.log.run(["docker", *argv], what=what, env=_environment(), stdin=stdin)

    def build(
        self, reference: str, context: Path, arguments: Mapping[str, str], dockerfile: str = "Dockerfile"
    ) -> None:
        """Build what `context`/`dockerfile` says; no network: all that an image needs is in its context."""
        words = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
        file = context / dockerfile
        argv: list[str | Path] = ["build", "--network=none", "--tag", reference, "--file", file, *words, context]
        self.run(*argv, what=f"Building the image {reference}")

    def import_archive(self, archive: Path, reference: str) -> None:
        """Make a root filesystem an image."""
        argv = ["import", "--change", "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        self.run(*argv, archive, reference, what=f"Importing {reference}")

    def tag(self, reference: str, name: str) -> None:
        self.run("tag", reference, name, what=f"Naming {reference} {name}")


class ImageProduct:
    """An image that is named after its stage and key; with that name it is whole."""

    def __init__(self, docker: Docker, name: str, build: Callable[[str, Made], None]) -> None:
        self._docker = docker
        self._name = name
        self._build = build

    def exists(self, key: str) -> bool:
        return self._docker.has(self.location(key))

    def location(self, key: str) -> str:
        return f"scalebed.local/{self._name}:{key}"

    def make(self, key: str, made: Made) -> None:
        self._build(self.location(key), made)


class Context:
    """A build context that is put together in a temporary folder of the cache, since it can be large."""

    def __init__(self, within: Path) -> None:
        within.mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(prefix=".context-", dir=within)
        self.path = Path(self._folder.name)

    def __enter__(self) -> Context:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def add(self, source: Path, target: str) -> None:
        """A file or a folder, with links and modes as they are; a folder's content joins what is there."""
        place = self.path / target
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(source, place)

    def write(self, target: str, text: str) -> None:
        place = self.path / target
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def link(self, target: str, to: str) -> None:
        place = self.path / target
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(to)


def save_into(docker: Docker, references: Sequence[str], argv: Sequence[str], what: str) -> None:
    """Stream images, layers they share once, into the input of another program."""
    with subprocess.Popen(["docker", "save", *references], stdout=subprocess.PIPE) as source:
        assert source.stdout is not None  # noqa: S101 - asked for in the line above
        docker.log.run(argv, what=what, stdin=source.stdout.fileno())
        source.stdout.close()
    if source.returncode != 0:
        raise EngineError(f"{what} failed: docker save could not read {', '.join(references)}")


def minimal_root(archive: Path) -> None:
    """A root filesystem for static programs: a folder for temporary files, and names for two users."""
    files = {
        "etc/passwd": "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n",
        "etc/group": "root:x:0:\nnonroot:x:65532:\n",
    }
    with tempfile.TemporaryDirectory() as work, tarfile.open(archive, "w") as tar:
        for folder, mode in (("etc", 0o755), ("tmp", 0o1777), ("usr/local/bin", 0o755)):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            tar.addfile(entry)
        for name, text in files.items():
            path = Path(work) / "file"
            path.write_text(text, encoding="utf-8")
            tar.add(path, name, filter=_root_owned)


def _root_owned(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mode = 0o644
    return entry


def _environment() -> dict[str, str]:
    """BuildKit where its client is there; Debian's package has none, and the client then wants to be told."""
    return {**os.environ, "DOCKER_BUILDKIT": "1" if has_buildx() else "0"}


def has_buildx() -> bool:
    return output(["docker", "buildx", "version"], timeout_s=20) is not None
