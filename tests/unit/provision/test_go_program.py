"""Programs that are built from Go modules, by something that answers as Go does."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from scalebed import paths
from scalebed.messages import EngineError
from scalebed.provision.go import needed_go
from scalebed.provision.go_program import GoProgram, ensure
from scalebed.provision.toxiproxy import ensure_toxiproxy

GO = """#!/bin/sh
if [ "$1" = version ]; then echo "go version go1.99.{minor} linux/amd64"; exit 0; fi
echo "$PWD $*" >>"{log}"
mkdir -p "$GOCACHE" "$GOMODCACHE/cache/download/x"
[ -e "{folder}/busy" ] && echo "two at once" >>"{log}"
touch "{folder}/busy" "$GOCACHE/compiled" "$GOMODCACHE/cache/download/x/v1.zip" "$GOMODCACHE/cache/download/x/v1.mod"
sleep {takes}
rm "{folder}/busy"
[ -e "$GOCACHE/compiled" ] || echo "its cache is gone" >>"{log}"
if [ -e "{folder}/broken" ]; then echo "main.go:3: undefined: x" >&2; exit 1; fi
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho built\\n' >"$2"
chmod +x "$2"
"""


class Go:
    """The Go that is on PATH, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "asked"
        folder.mkdir()
        self.be(0)

    def be(self, minor: int, takes: float = 0.0) -> None:
        program = self.folder / "go"
        program.write_text(GO.format(minor=minor, log=self.log, folder=self.folder, takes=takes))
        program.chmod(0o755)

    @property
    def asked(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Go:
    made = Go(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{made.folder}:/usr/bin:/bin")
    return made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "module"
    folder.mkdir()
    (folder / "go.mod").write_text("module example\n\ngo 1.24.0\n")
    (folder / "go.sum").write_text("")
    return folder


def program(source: Path, name: str = "proxy") -> GoProgram:
    return GoProgram(name, source, "example.org/proxy/cmd", f"Building {name} …")


def test_a_program_is_built_once_and_found_from_then_on(go: Go, source: Path, tmp_path: Path) -> None:
    said: list[str] = []
    built = ensure(tmp_path / "cache", program(source), said.append)
    assert (built.name, built.parent.parent) == ("proxy", tmp_path / "cache" / "proxy")
    assert built.stat().st_mode & 0o100
    assert ensure(tmp_path / "cache", program(source), said.append) == built
    (asked,) = go.asked
    assert asked.startswith(f"{source} build -ldflags=-s -w -o ")
    assert asked.endswith(" example.org/proxy/cmd")
    assert said == ["Building proxy …"]
    assert sorted(path.name for path in (tmp_path / "cache" / "proxy").iterdir()) == sorted(
        ["build.log", "lock", built.parent.name]
    )


def test_another_go_and_another_version_are_built_beside_it(go: Go, source: Path, tmp_path: Path) -> None:
    first = ensure(tmp_path / "cache", program(source), print)
    go.be(1)
    second = ensure(tmp_path / "cache", program(source), print)
    (source / "go.sum").write_text("example.org/proxy v2 h1:=\n")
    third = ensure(tmp_path / "cache", program(source), print)
    assert len({first, second, third}) == len(go.asked) == 3
    assert all(each.exists() for each in (first, second, third))


def test_a_build_that_fails_leaves_no_program_and_names_its_log(go: Go, source: Path, tmp_path: Path) -> None:
    (go.folder / "broken").touch()
    with pytest.raises(
        EngineError, match=rf"^proxy could not be built from {source}: main\.go:3: undefined: x \(.*build\.log\)$"
    ):
        ensure(tmp_path / "cache", program(source), print)
    assert not list((tmp_path / "cache" / "proxy").glob("*/proxy"))
    assert not list((tmp_path / "cache" / "proxy").glob("build-*"))
    (go.folder / "broken").unlink()
    assert ensure(tmp_path / "cache", program(source), print).exists()


@pytest.mark.parametrize("there", [True, False])
def test_what_was_compiled_is_kept_only_where_others_want_it(go: Go, source: Path, tmp_path: Path, there: bool) -> None:
    compiled = tmp_path / "cache" / "go" / "build"
    if there:
        compiled.mkdir(parents=True)
    ensure(tmp_path / "cache", program(source), print)
    assert compiled.exists() == there
    download = tmp_path / "cache" / "go" / "mod" / "cache" / "download" / "x"
    assert [path.name for path in download.iterdir()] == ["v1.mod"]


def test_two_programs_are_not_built_at_once(go: Go, source: Path, tmp_path: Path) -> None:
    """What the one takes away at its end, the other may be using."""
    go.be(0, takes=0.3)
    cache = tmp_path / "cache"
    names = ("proxy", "generator", "proxy")
    threads = [threading.Thread(target=ensure, args=(cache, program(source, name), lambda _: None)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(go.asked) == 2, go.asked
    assert all((list((cache / name).glob(f"*/{name}"))) for name in names)


def test_a_folder_without_a_module_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"holds no Go module \(No such file or directory\); name one of loadtest/$"):
        ensure(tmp_path / "cache", program(tmp_path), print)


def test_toxiproxy_is_the_one_that_the_module_of_loadtest_names(go: Go, tmp_path: Path) -> None:
    source = paths.ROOT / "loadtest" / "toxiproxy"
    said: list[str] = []
    built = ensure_toxiproxy(tmp_path / "cache", source, said.append)
    assert built.name == "toxiproxy"
    (asked,) = go.asked
    package = asked.split()[-1]
    module = (source / "go.mod").read_text(encoding="utf-8")
    assert f"tool {package}\n" in module
    assert needed_go(module) >= (1, 24), "which knows tools of a module"
    assert "Toxiproxy" in said[0]
