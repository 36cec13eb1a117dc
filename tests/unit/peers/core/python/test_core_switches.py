"""The switches of the peers in Python: every value can be chosen, and the engine is told the same."""

import importlib
import tomllib

import pytest
from peers.core.python.switches import SHARED
from switchboard import SwitchError, Switches, Table, declared

from scalebed.paths import ROOT

PEERS = ("flask", "litestar", "quart")


def table(peer: str) -> Table:
    """A peer's table."""
    found: Table = importlib.import_module(f"peers.{peer}.switches").TABLE
    return found


@pytest.mark.parametrize("peer", PEERS)
def test_every_value_can_be_given(peer: str) -> None:
    for name, (values, _) in table(peer).items():
        for value in (values[0], values[-1]):
            assert Switches.parse(f"{name}={value}", table(peer))[name] == str(value)


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("text", ["speed=on", "server=waitress", "pool_size=0", "search=fulltext"])
def test_what_does_not_exist_is_refused(peer: str, text: str) -> None:
    with pytest.raises(SwitchError, match="SWITCHES"):
        Switches.parse(text, table(peer))


@pytest.mark.parametrize("peer", PEERS)
def test_the_engine_is_told_the_same(peer: str) -> None:
    told = tomllib.loads((ROOT / "apps/peers" / peer / "variant.toml").read_text(encoding="utf-8"))
    assert told["switches"] == {name: default for name, (_, default) in table(peer).items()}
    assert told["values"] == {name: declared(values) for name, (values, _) in table(peer).items()}
    assert set(told["object_switches"]) <= set(table(peer))
    assert set(SHARED) < set(table(peer))
