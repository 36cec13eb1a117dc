"""What kind `profile` takes, and what it refuses."""

from __future__ import annotations

import pytest

from scalebed.experiment.spec import Experiment, SpecError, parse_experiment

LEVELS = [{"rate": 5, "to": 50, "duration": "60s"}, {"rate": 50, "duration": "30s"}]


def read(**more: object) -> Experiment:
    keys = {"name": "tried", "kind": "profile", "variants": ["naive"], "profile": LEVELS, **more}
    return parse_experiment(keys, "tried.yaml")


def test_the_levels_say_how_long_it_lasts_on_either_engine() -> None:
    for engine in ("local", "kubernetes"):
        spec = read(engine=engine, replicas=[1, 2])
        assert spec.duration == 90
        assert spec.crowd == "5 to 50 and 50 requests a second"
        assert spec.cell_ids == ("naive-x1", "naive-x2")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"profile": []}, "profile: kind profile needs it"),
        ({"duration": "30s"}, "profile: says how long it lasts"),
        ({"users": 5}, "profile: says how long it lasts"),
        ({"rates": [5]}, "rates: belong to kind fixed-rate, not to profile"),
        ({"profile": [{"rate": 0, "duration": "60s"}]}, "rate: must be greater than 0"),
        ({"profile": [{"rate": 5, "to": 0, "duration": "60s"}]}, "to: must be greater than 0"),
        ({"profile": [{"rate": 1, "duration": "5s"}]}, "profile: all levels together come to 5 requests"),
    ],
)
def test_what_contradicts_it_is_refused_in_a_sentence(more: dict[str, object], told: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(**more)
    assert told in str(caught.value)


def test_under_an_autoscaler_a_rate_stays_for_a_level() -> None:
    with pytest.raises(SpecError, match=r"a rate that goes to another belongs to kind profile, not to hpa$"):
        read(kind="hpa", engine="kubernetes", autoscaler={})
