import tarfile
from pathlib import Path

from scalebed.cluster.docker import Context, minimal_root


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
