"""The Bolt peer's switches are those that the engine is told."""

import tomllib

from peers.bolt.config.switches import TABLE
from switchboard import declared

from scalebed.paths import ROOT


def test_the_engine_is_told_the_same_switches() -> None:
    told = tomllib.loads((ROOT / "apps" / "peers" / "bolt" / "variant.toml").read_text())
    assert told["switches"] == {name: default for name, (_, default) in TABLE.items()}
    assert told["values"] == {name: declared(values) for name, (values, _) in TABLE.items()}


def test_what_is_asked_for_by_name_is_locked() -> None:
    folder = ROOT / "apps" / "peers" / "bolt"
    asked = [line.split("==") for line in (folder / "requirements.in").read_text().splitlines()]
    lock = (folder / "requirements.lock").read_text()
    assert all(f"\n{name.partition('[')[0]}=={version} " in lock for name, version in asked)
