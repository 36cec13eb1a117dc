import tarfile
from pathlib import Path

import pytest

from clusterbed.commands import Log
from clusterbed.docker import Context, Docker, minimal_root
from scalebed.messages import EngineError


def test_a_context_takes_files_folders_links_and_text_and_goes(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "run").write_text("#!/bin/sh\n")
    (folder / "run").chmod(0o755)
    (folder / "link").symlink_to("run")
    with Context(tmp_path / "cache") as context:
        context.add(folder, "")
        context.add(folder / "run", "deep/copy")
        context.write("deep/text", "words")
        context.link("root/entrypoint", "/bin/run")

        assert (context.path / "run").stat().st_mode & 0o111
        assert (context.path / "deep/copy").stat().st_mode & 0o111
        assert (context.path / "link").readlink() == Path("run")
        assert (context.path / "root/entrypoint").readlink() == Path("/bin/run")
        assert (context.path / "deep/text").read_text() == "words"

    assert list((tmp_path / "cache").iterdir()) == []


def test_the_minimal_root_has_a_place_for_temporary_files_and_two_users(tmp_path: Path) -> None:
    archive = tmp_path / "root.tar"
    minimal_root(archive)

    with tarfile.open(archive) as tar:
        entries = {entry.name: entry for entry in tar}
        passwd = tar.extractfile("etc/passwd")
        assert passwd is not None
        users = passwd.read().decode()
    assert entries["tmp"].mode == 0o1777
    assert {entry.uid for entry in entries.values()} == {0}
    assert [line.split(":")[2] for line in users.splitlines()] == ["0", "65532"]


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker that does what its test writes into it."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program = tmp_path / "docker"
    program.touch(0o755)
    return program


SILENT = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"


def test_an_image_that_is_not_there_is_no_trouble(client: Path, tmp_path: Path) -> None:
    docker = Docker(Log(tmp_path / "log"))
    client.write_text("#!/bin/sh\necho Error response from daemon: No such image: x >&2\nexit 1\n")
    assert not docker.has("x")
    client.write_text("#!/bin/sh\necho sha256:1\n")
    assert docker.has("x")


def test_a_daemon_that_does_not_answer_has_no_say_in_what_is_there(client: Path, tmp_path: Path) -> None:
    docker = Docker(Log(tmp_path / "log"))
    client.write_text(f"#!/bin/sh\necho '{SILENT}' >&2\nexit 1\n")
    with pytest.raises(EngineError, match="The Docker daemon does not answer: Cannot connect to the Docker daemon"):
        docker.has("x")
    assert docker.engine_version() is None
    assert docker.silence() == SILENT


def test_without_a_client_nobody_can_ask_the_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    docker = Docker(Log(tmp_path / "log"))
    assert docker.engine_version() is None
    assert docker.silence() == "docker cannot be run (No such file or directory)"
    assert not docker.has("x")
