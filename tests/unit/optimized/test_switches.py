"""The optimized service's switches: every value can be chosen, and no choice that cannot work."""

import tomllib

import pytest
from optimized.config.switches import TABLE, parse, without_shared_cache
from switchboard import SwitchError, declared

from scalebed.paths import ROOT

# What must be chosen along with a value that does not go with the defaults.
WITH = {
    ("async", "on"): ",server=uvicorn",
    ("hot", "loop"): ",server=uvicorn",
    ("hot", "front"): ",server=uvicorn",
    ("held", "on"): ",server=uvicorn,hot=front",
}


def some(values: tuple[str, ...] | range) -> list[str]:
    """All words; of numbers the ends."""
    return [str(values[0]), str(values[-1])] if isinstance(values, range) else list(values)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, (all_, _) in TABLE.items() for value in some(all_)]
)
def test_every_value_can_be_given_and_is_written_back(name: str, value: str) -> None:
    switches = parse(f" {name} = {value} " + WITH.get((name, value), ""))
    assert switches[name] == value
    assert parse(str(switches)) == switches


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("async=on", "async=on needs an ASGI server; add server=granian-asgi or server=uvicorn or server=gunicorn-u"),
        ("hot=front", "hot=front needs an ASGI server; add server=granian-asgi or server=uvicorn or server=gunicorn-u"),
        ("hot=loop,server=gthread", "hot=loop needs an ASGI server"),
        ("hot=loop,async=on,server=uvicorn", "hot=loop answers the hot reads on the event loop already; leave async=o"),
        ("hot=front,sql=orm,server=uvicorn", "hot=front needs sql=prebuilt"),
        ("hot=front,eager=off,server=uvicorn", "hot=front needs eager=on"),
        ("hot=loop,pool=off,server=uvicorn", "hot=loop needs pool=on"),
        ("hot=loop,cache=keys,server=uvicorn", "hot=loop knows no cache of keys; choose cache=bytes or cache=off"),
        ("held=on", "held=on needs cache=bytes and hot=loop or hot=front"),
        ("held=on,hot=front,cache=off,server=uvicorn", "held=on needs cache=bytes and hot=loop or hot=front"),
        ("threads=4,server=uvicorn", "threads=4 needs a server with threads; choose server=granian-wsgi or server=gth"),
        ("threads=4,server=gunicorn-sync", "threads=4 needs a server with threads"),
        ("pool=off,pool_size=8", "pool_size=8 needs pool=on"),
        ("sql=orm,denormalised=on", "denormalised=on needs sql=prebuilt"),
        ("sql=values,eager=off", "sql=values always joins; choose eager=on, or sql=orm or sql=prebuilt"),
    ],
)
def test_what_cannot_work_together_is_refused_with_what_can(text: str, sentence: str) -> None:
    with pytest.raises(SwitchError) as refusal:
        parse(text)
    assert str(refusal.value).startswith(f"SWITCHES: {sentence}")


@pytest.mark.parametrize(
    "text",
    [
        "threads=1,server=uvicorn",
        "threads=2,server=gunicorn-sync",
        "pool=off,pool_size=4",
        "hot=front,cache=off,server=granian-asgi",
    ],
)
def test_what_says_nothing_new_is_no_contradiction(text: str) -> None:
    parse(text)


@pytest.mark.parametrize("hot", ["loop", "front"])
def test_beside_an_event_loop_for_the_hot_reads_threads_serve_the_rest(hot: str) -> None:
    assert parse(f"hot={hot},server=uvicorn,threads=8").number("threads") == 8


def test_processes_that_cache_need_a_cache_to_share() -> None:
    assert without_shared_cache(parse("")) is None
    assert without_shared_cache(parse("workers=2,cache=off")) is None
    for cache in ("bytes", "keys"):
        sentence = without_shared_cache(parse(f"workers=2,cache={cache}"))
        assert sentence is not None
        assert sentence.startswith(f"workers=2 and cache={cache} need CACHE_URL")


def test_the_engine_is_told_the_same() -> None:
    told = tomllib.loads((ROOT / "apps/optimized/variant.toml").read_text(encoding="utf-8"))
    assert told["switches"] == {name: default for name, (_, default) in TABLE.items()}
    assert told["values"] == {name: declared(values) for name, (values, _) in TABLE.items()}
    assert set(told["object_switches"]) <= set(TABLE)
