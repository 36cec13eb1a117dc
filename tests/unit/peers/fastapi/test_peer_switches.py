"""The FastAPI peer's switches: every value can be chosen, and the engine is told the same."""

import tomllib

import pytest
from peers.fastapi.config.switches import TABLE, parse, without_shared_cache
from switchboard import SwitchError, declared

from scalebed.paths import ROOT


def some(values: tuple[str, ...] | range) -> list[str]:
    """All words; of numbers the ends."""
    return [str(values[0]), str(values[-1])] if isinstance(values, range) else list(values)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, (all_, _) in TABLE.items() for value in some(all_)]
)
def test_every_value_can_be_given_and_is_written_back(name: str, value: str) -> None:
    # Several workers have a server of their own.
    with_it = ",server=gunicorn-uvicorn" if name == "workers" else ""
    switches = parse(f"{name}={value}{with_it}")
    assert switches[name] == value
    assert parse(str(switches)) == switches


@pytest.mark.parametrize("text", ["speed=on", "data=psycopg", "cache=keys", "pool_size=0", "pool_size=four"])
def test_what_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(SwitchError, match="SWITCHES"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("data=sqlalchemy,driver=libpq", "driver=libpq needs data=asyncpg"),
        ("data=sqlalchemy,models=msgspec", "models=msgspec needs data=asyncpg"),
        ("driver=libpq,models=pydantic", "models=pydantic needs driver=asyncpg"),
        ("workers=2", "workers=2 needs server=gunicorn-uvicorn"),
        ("server=granian,workers=2", "workers=2 needs server=gunicorn-uvicorn"),
        ("data=sqlalchemy,held=on", "held=on needs data=asyncpg and cache=bytes"),
        ("cache=off,held=on", "held=on needs data=asyncpg and cache=bytes"),
        ("cache=off,redis=redis-py", "redis=redis-py needs cache=bytes and held=off"),
        ("held=on,redis=valkey-glide", "redis=valkey-glide needs cache=bytes and held=off"),
    ],
)
def test_what_cannot_work_together_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(SwitchError, match=sentence):
        parse(text)


def test_a_first_level_needs_a_second_that_processes_share() -> None:
    assert without_shared_cache(parse("")) is None
    assert (without_shared_cache(parse("held=on")) or "").startswith("held=on needs CACHE_URL")
    assert (without_shared_cache(parse("redis=redis-py")) or "").startswith("redis=redis-py needs CACHE_URL")
    several = "server=gunicorn-uvicorn,workers=2"
    assert without_shared_cache(parse(f"{several},cache=off")) is None
    assert (without_shared_cache(parse(several)) or "").startswith("workers=2 and cache=bytes need CACHE_URL")


def test_the_engine_is_told_the_same() -> None:
    told = tomllib.loads((ROOT / "apps/peers/fastapi/variant.toml").read_text(encoding="utf-8"))
    assert told["switches"] == {name: default for name, (_, default) in TABLE.items()}
    assert told["values"] == {name: declared(values) for name, (values, _) in TABLE.items()}
    assert set(told["object_switches"]) <= set(TABLE)


def test_what_the_database_holds_by_default_is_what_the_optimized_service_has() -> None:
    mine, theirs = (
        tomllib.loads((ROOT / "apps" / folder / "variant.toml").read_text(encoding="utf-8"))["switches"]
        for folder in ("peers/fastapi", "optimized")
    )
    shared = ("cache", "pagination", "search", "indexes", "trigram", "pool_size")
    assert {name: mine[name] for name in shared} == {name: theirs[name] for name in shared}
