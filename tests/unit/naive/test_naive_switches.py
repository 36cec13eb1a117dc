"""The naive service's switches: what was always measured by default, and no choice that cannot work."""

import tomllib

import pytest
from naive.config.switches import TABLE, parse
from switchboard import SwitchError, declared

from scalebed.paths import ROOT


def test_the_defaults_are_the_documentation_s() -> None:
    assert str(parse("")) == "indexes=off,workers=2,threads=1,server=sync,pool=off,views=viewset"


@pytest.mark.parametrize("text", ["server=gthread,threads=4", "server=gthread", "threads=1", "workers=64,pool=on"])
def test_what_can_work_is_taken(text: str) -> None:
    assert set(text.split(",")) <= set(str(parse(text)).split(","))


def test_threads_want_a_server_that_has_them() -> None:
    with pytest.raises(SwitchError, match="threads=2 needs threads to serve with; add server=gthread"):
        parse("threads=2")


def test_the_engine_is_told_the_same() -> None:
    told = tomllib.loads((ROOT / "apps/naive/variant.toml").read_text(encoding="utf-8"))
    assert told["switches"] == {name: default for name, (_, default) in TABLE.items()}
    assert told["values"] == {name: declared(values) for name, (values, _) in TABLE.items()}
    assert set(told["object_switches"]) <= set(TABLE)
