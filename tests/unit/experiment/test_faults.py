"""Which faults there are, what may be said of each, and what each is called."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from scalebed.experiment.faults import NATURES, Episodes, Fault, FaultName, NamedFault

READ: TypeAdapter[Fault] = TypeAdapter(NamedFault)
NAMES: tuple[FaultName, ...] = get_args(FaultName)


def read(fault: object) -> Fault:
    return READ.validate_python(fault)


def refusal(**keys: object) -> str:
    with pytest.raises(ValidationError) as caught:
        read(keys)
    # A name is made of the others, and so is wrong with them.
    (error,) = (each for each in caught.value.errors() if each["type"] != "default_factory_not_called")
    return f"{'.'.join(map(str, error['loc']))} {error['msg'].removeprefix('Value error, ')}".strip()


def test_every_name_has_a_nature() -> None:
    assert set(NATURES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_bare_name_is_a_fault_that_is_called_so_and_comes_round(name: FaultName) -> None:
    fault = read(name)
    assert (fault.fault, fault.name, fault.lasts, fault.restart_after, fault.delay) == (name, name, None, None, None)
    assert fault == read({"fault": name})
    assert read(fault.model_dump()) == read(fault.model_dump(mode="json")) == fault


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_says_what_happens_to_what(name: FaultName) -> None:
    fault = read(name)
    said = fault.sentence
    assert re.fullmatch(r"[A-Z][^.]*\.", said), said
    part = fault.nature.part
    assert said.startswith(f"The {part} ") == (part != "service")
    assert ("started again" in said) == fault.nature.restarts
    assert not (fault.nature.restarts and "starts again" in said), "which it might never"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("replica-killed", "Kills all processes of one replica (SIGKILL); it is started again 1 s later."),
        (
            {"fault": "database-crashed", "restart_after": "never"},
            "The database ends at once without a checkpoint, so that it has to recover; nobody starts it again.",
        ),
        (
            {"fault": "cache-killed", "restart_after": "2500ms"},
            "The cache is killed (SIGKILL), which empties it; it is started again 2.5 s later.",
        ),
        ({"fault": "cache-slow", "delay": "20ms"}, "The cache answers later by the delay, 20 ms, for 5 s."),
        ({"fault": "database-frozen", "lasts": "90s"}, "The database stops without ending (SIGSTOP), for 90 s."),
        ("cache-flushed", "The cache forgets all it holds."),
        ("balancer-reloaded", "The balancer reads its configuration anew (SIGHUP)."),
    ],
)
def test_a_sentence_says_how_and_for_how_long(fault: object, sentence: str) -> None:
    assert read(fault).sentence == sentence


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ({"fault": "cache-slow", "delay": "20ms"}, "cache-slow-20ms"),
        ({"fault": "cache-slow", "delay": 1.5}, "cache-slow-1500ms"),
        ({"fault": "cache-slow", "delay": "20ms", "lasts": "8s"}, "cache-slow-20ms-8s"),
        ({"fault": "cache-frozen", "lasts": "2.5s"}, "cache-frozen-2-5s"),
        ({"fault": "replica-killed", "restart_after": "10s"}, "replica-killed-10s"),
        ({"fault": "replica-killed", "restart_after": "never"}, "replica-killed-never-back"),
        ({"fault": "replica-killed", "restart_after": "500ms"}, "replica-killed-0-5s"),
        ({"fault": "replica-killed", "restart_after": "10s", "name": "outage"}, "outage"),
    ],
)
def test_a_name_is_made_of_what_is_not_as_usual(keys: dict[str, object], name: str) -> None:
    fault = read(keys)
    assert fault.name == name
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name)
    assert read(fault.model_dump(mode="json")) == fault


def test_what_is_not_said_is_as_usual() -> None:
    slow, killed, flushed = read("cache-slow"), read("cache-killed"), read("cache-flushed")
    assert (slow.lasts_s, slow.delay_s, slow.takes_s) == (5, 0.1, 5)
    assert (killed.lasts_s, killed.restart_after_s, killed.takes_s) == (0, 1, 1)
    assert (flushed.lasts_s, flushed.takes_s) == (0, 0)
    assert read({"fault": "cache-killed", "restart_after": "30s"}).takes_s == 30
    assert read({"fault": "cache-killed", "restart_after": "never"}).restart_after_s is None
    assert read({"fault": "replica-frozen", "restart_after": "30s"}).takes_s == 5, "nobody has to start it again"


@pytest.mark.parametrize("name", NAMES)
def test_what_never_comes_back_is_what_somebody_has_to_start_again(name: FaultName) -> None:
    assert read(name).comes_back
    nature = NATURES[name]
    if nature.restarts or nature.part == "service":
        never = read({"fault": name, "restart_after": "never"})
        assert never.comes_back == (not nature.restarts and name != "worker-killed")
        assert never.takes_s == never.lasts_s


@pytest.mark.parametrize("name", NAMES)
def test_what_does_not_apply_is_refused_by_its_key(name: FaultName) -> None:
    nature = NATURES[name]
    for key, applies, why in (
        ("lasts", nature.lasts is not None, "is over at once"),
        ("delay", nature.delays, "delays nothing"),
        ("restart_after", nature.restarts or nature.part == "service", "ends nothing"),
    ):
        if applies:
            assert getattr(read({"fault": name, key: "3s"}), key) == 3
        else:
            assert refusal(fault=name, **{key: "3s"}) == f"{key}: {name} {why}; leave it out"


@pytest.mark.parametrize("delay", ["20.5ms", "0.4ms", 0.0001])
def test_a_delay_that_the_proxy_would_round_is_refused(delay: object) -> None:
    """It knows whole milliseconds: 0.4 ms would be none, and the report would say that the part bears it."""
    assert refusal(fault="cache-slow", delay=delay).startswith("delay: must be whole milliseconds, not ")


@pytest.mark.parametrize("delay", ["1ms", "20ms", "1.234s", 0.3, "300ms", "70ms", 1.1])
def test_whole_milliseconds_are_taken_however_they_are_written(delay: object) -> None:
    assert read({"fault": "cache-slow", "delay": delay}).delay_s > 0


@pytest.mark.parametrize("after", ["soon", "0s", 0, -1, False, True, [], {}])
def test_when_to_start_again_is_a_duration_or_never(after: object) -> None:
    told = refusal(fault="replica-killed", restart_after=after)
    assert told == "restart_after must be a duration above 0, such as 500ms or 60s, or never"


def test_moments_begin_after_the_healthy_seconds_and_leave_as_long_after_the_last() -> None:
    assert (Episodes().moments, Episodes().duration) == ((10, 30), 50)
    many = Episodes(first=4, every=6.5, times=3)
    assert (many.moments, many.duration) == ((4, 10.5, 17), 23.5)
    assert Episodes(times=1).duration == 30


@pytest.mark.parametrize("keys", [{"times": 0}, {"times": 101}, {"every": 0}, {"first": 0}, {"last": 3}])
def test_moments_that_cannot_be_are_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Episodes.model_validate(keys)


def test_a_load_that_rises_is_as_long_as_its_trial_and_rises_at_its_moments() -> None:
    episodes = Episodes(first=6, every=12, times=2)
    steps = episodes.steps(40, Fault(fault="overload", factor=2.5, lasts=4))
    assert list(steps) == [(40, 6), (100, 4), (40, 8), (100, 4), (40, 8)]
    assert sum(seconds for _, seconds in steps) == episodes.duration
    begins = [sum(seconds for _, seconds in steps[:number]) for number, (rate, _) in enumerate(steps) if rate == 100]
    assert tuple(begins) == episodes.moments


def test_a_load_that_rises_says_by_how_much() -> None:
    assert (
        Fault(fault="overload").sentence
        == "The load rises to the rate times the factor, and falls again: 3 times, for 5 s."
    )
    assert Fault(fault="overload", factor=6).name == "overload-6x"
    with pytest.raises(ValueError, match="factor: cache-slow is no load that rises; leave it out"):
        Fault(fault="cache-slow", factor=2)
