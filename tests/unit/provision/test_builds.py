import json
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from scalebed.messages import EngineError
from scalebed.provision.builds import Build, Home, ensure, require_toolchain, source_key, versions

MAKE = "cat main.go ../core/go/core.go ../../contract/contract.toml >made"


def wanted(root: Path, *argv: str) -> Build:
    """A service of three sources, which `argv` builds."""
    apps = root / "apps"
    folder = apps / "peers" / "quick"
    for path, text in {
        folder / "go.mod": "module quick\n\ngo 1.21\n",
        folder / "main.go": "package main\n",
        folder / "README.md": "Quick.\n",
        folder / "node_modules" / "left.js": "an earlier build's",
        apps / "peers" / "core" / "go" / "core.go": "package core\n",
        apps / "contract" / "contract.toml": "[core]\n",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    sources = (apps / "peers" / "core" / "go", apps / "contract" / "contract.toml")
    return Build("quick", apps, folder, sources, argv or ("sh", "-c", MAKE), "go")


def test_it_is_built_in_a_copy_that_keeps_the_layout(tmp_path: Path) -> None:
    build = wanted(tmp_path)
    said: list[str] = []
    home = ensure(tmp_path / "cache", build, said.append)
    assert (home.folder / "made").read_text() == "package main\npackage core\n[core]\n"
    assert home.folder.parts[-3:] == (home.folder.parts[-3], "peers", "quick")
    assert {path.name for path in home.folder.iterdir()} == {"go.mod", "main.go", "made"}
    assert not (build.folder / "made").exists()
    assert said == ["Building quick; this is done once for each state of its sources."]


def test_it_is_built_once_for_each_state_of_its_sources(tmp_path: Path) -> None:
    build = wanted(tmp_path)
    said: list[str] = []
    first = ensure(tmp_path / "cache", build, said.append)
    assert ensure(tmp_path / "cache", build, said.append) == first
    (build.folder / "README.md").write_text("Quicker.\n")
    assert ensure(tmp_path / "cache", build, said.append) == first
    assert len(said) == 1
    (build.sources[1]).write_text("[other]\n")
    second = ensure(tmp_path / "cache", build, said.append)
    assert second != first
    assert len(said) == 2
    assert (first.folder / "made").read_text().endswith("[core]\n")
    assert (second.folder / "made").read_text().endswith("[other]\n")


def test_sources_that_change_before_they_are_copied_give_their_own_build(tmp_path: Path) -> None:
    build = wanted(tmp_path)
    contract = build.sources[1]

    # As when another service is built for minutes, between the look at the sources and their copy.
    def change(_: str) -> None:
        contract.write_text("[changed]\n")

    changed = ensure(tmp_path / "cache", build, change)
    assert (changed.folder / "made").read_text().endswith("[changed]\n")
    contract.write_text("[core]\n")
    assert (ensure(tmp_path / "cache", build, lambda line: None).folder / "made").read_text().endswith("[core]\n")


def test_what_a_killed_build_left_goes_with_the_next(tmp_path: Path) -> None:
    left = tmp_path / "cache" / "services" / "quick" / "build-killed" / "apps" / "node_modules"
    left.mkdir(parents=True)
    ensure(tmp_path / "cache", wanted(tmp_path), lambda line: None)
    assert not left.parents[1].exists()


def test_the_key_changes_with_the_toolchain_and_the_command(tmp_path: Path) -> None:
    build = wanted(tmp_path)
    keys = {source_key(build, "go 1"), source_key(build, "go 2"), source_key(wanted(tmp_path, "true"), "go 1")}
    assert len(keys) == 3


def test_a_build_that_fails_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    build = wanted(tmp_path, "sh", "-c", "echo begun; echo main.go:1: no such thing >&2; exit 3")
    with pytest.raises(EngineError, match=r"quick could not be built: main.go:1: no such thing \(.*build\.log\)"):
        ensure(tmp_path / "cache", build, lambda line: None)
    left = {path.name for path in (tmp_path / "cache" / "services" / "quick").iterdir()}
    assert left == {"lock", "build.log"}


def test_an_interrupted_build_ends_with_all_that_it_started(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    build = wanted(tmp_path, "sh", "-c", f"sleep 60 & echo $! >{begun}.part; mv {begun}.part {begun}; wait")
    interrupter = threading.Thread(target=interrupt_once, args=(begun,))
    interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        ensure(tmp_path / "cache", build, lambda line: None)
    interrupter.join()
    sleeper = int(begun.read_text())
    assert not psutil.pid_exists(sleeper) or psutil.Process(sleeper).status() == psutil.STATUS_ZOMBIE
    assert {path.name for path in (tmp_path / "cache" / "services" / "quick").iterdir()} == {"lock", "build.log"}


def interrupt_once(begun: Path) -> None:
    """Interrupt the main thread when a file is there."""
    deadline = time.monotonic() + 30
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def test_npm_is_quoted_where_it_says_why(tmp_path: Path) -> None:
    lines = (
        "npm error code E404",
        "npm error 404 Not Found - GET pg",
        "npm error",
        "npm error A complete log of this: /x",
    )
    build = wanted(tmp_path, "sh", "-c", f"printf '%s\n' {' '.join(map(repr, lines))}; exit 1")
    with pytest.raises(EngineError, match=r"quick could not be built: 404 Not Found - GET pg \(.*build\.log\)"):
        ensure(tmp_path / "cache", build, lambda line: None)


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    build = wanted(tmp_path)
    build.sources[1].unlink()
    with pytest.raises(EngineError, match=r"contract\.toml: is missing, which quick is built from"):
        ensure(tmp_path / "cache", build, lambda line: None)


def test_a_go_that_is_too_old_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    build = wanted(tmp_path)
    assert require_toolchain(build).startswith("go 1.")
    (build.folder / "go.mod").write_text("module quick\n\ngo 99.0\n")
    with pytest.raises(EngineError, match=r"Go 99\.0 or newer is needed"):
        require_toolchain(build)


def test_its_programs_come_first() -> None:
    assert Home(Path("/a")).path("/usr/bin") == "/usr/bin"
    assert Home(Path("/a"), (Path("/b"),)).path("/usr/bin") == "/b:/usr/bin"


def test_what_a_go_service_is_built_with_is_told(tmp_path: Path) -> None:
    build = wanted(tmp_path)
    (build.folder / "go.mod").write_text(
        "module quick\n\ngo 1.21\n\nrequire example.org/one v1.2.3\n\nrequire (\n"
        "\texample.org/two/v5 v5.1.0\n\texample.org/three v0.9.0 // indirect\n\tscalebed.example/core v0.0.0\n)\n"
        "replace scalebed.example/core => ../core/go\n"
    )
    told = versions(build)
    assert list(told) == ["go", "example.org/one", "example.org/two/v5", "sources"]
    assert (told["example.org/one"], told["example.org/two/v5"]) == ("v1.2.3", "v5.1.0")
    assert told["sources"] == source_key(build, require_toolchain(build))


def test_what_a_node_service_is_built_with_is_told(tmp_path: Path) -> None:
    build = replace(wanted(tmp_path), toolchain="node")
    lock = {
        "packages": {
            "": {"dependencies": {"pg": "^8.0.0", "core": "file:../core/node"}},
            "node_modules/pg": {"version": "8.16.3"},
            "node_modules/split2": {"version": "4.2.0"},
            "node_modules/core": {"resolved": "../core/node", "link": True},
        }
    }
    (build.folder / "package-lock.json").write_text(json.dumps(lock))
    told = versions(build)
    assert list(told) == ["node", "pg", "sources"]
    assert told["pg"] == "8.16.3"
