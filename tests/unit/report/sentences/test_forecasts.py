"""What forecasts and searches say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from foretold import service, setting, step

from scalebed.forecast import drawing
from scalebed.forecast.choice import Choice
from scalebed.forecast.forecast import Forecast, Span, foretell
from scalebed.forecast.front import Candidate, Score
from scalebed.forecast.knobs import Bench, Knobs
from scalebed.forecast.tuning import Chosen, Tuning
from scalebed.report.sentences import forecasts as words
from scalebed.statistics.intervals import Interval
from scalebed.statistics.scaling_law import ScalingLaw


def _average(value: str) -> dict[str, object]:
    target = {"type": "AverageValue", "averageValue": value}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def _forecast(**more: object) -> Forecast:
    shop = service()
    return foretell(shop, setting(**more), step(), drawing.worlds(shop, 6, 12, 7))  # type: ignore[arg-type]


def test_a_headline_says_how_long_and_at_what_price() -> None:
    said = words.headline(_forecast())
    assert said.startswith("Under step, shop is out of the SLO for ")
    assert " of 300 seconds, at " in said
    assert said.endswith(" replicas on average.")


def test_one_that_is_never_out_says_so() -> None:
    assert "shop stays within the SLO" in words.headline(_forecast(least=3, most=3))


def test_rows_are_this_one_the_oracle_and_fixed_numbers() -> None:
    found = words.rows(_forecast())
    assert [row.name for row in found[:2]] == ["this autoscaler", "oracle"]
    assert found[-1].name == "always 3 replicas"
    assert found[0].price == "1.00 ×"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "the most that were measured, come into it"),
        ({}, "A capacity has no interval"),
        ({"most": 2}, "needs more than maxReplicas, 2"),
        (
            {"target": 95},
            "uses 1.05 × the target, which the tolerance of 0.1 lets pass",
        ),
        ({"request": 100.0}, "this autoscaler never adds one"),
        ({"behavior": {"scaleUp": {"selectPolicy": "Disabled"}}}, "scaleUp is Disabled: it never adds a replica"),
        ({"behavior": {"scaleUp": {"tolerance": "0.02"}}}, "1.34 does not heed a tolerance"),
        ({"metrics": [_average("200m")]}, "uses 0.500 × the target"),
        ({}, "one decision asks for no more than 1.67 × as many"),
    ],
)
def test_what_makes_it_mean_less_is_said(more: dict[str, object], said: str) -> None:
    assert any(said in warning for warning in words.warnings(_forecast(**more)))


def test_replicas_that_carry_less_than_fewer_are_told() -> None:
    """With α = 0.1 and β = 0.05 the law has its peak at 4.2."""
    law = ScalingLaw(100.0, 0.1, 0.05)
    counts = np.array([1.0, 2.0, 4.0, 6.0])
    shop = service(dict(zip((1, 2, 4, 6), law.throughput(counts).tolist(), strict=True)))
    found = foretell(shop, setting(most=6), step(high=150), drawing.worlds(shop, 6, 12, 7))
    assert any("more than 4 replicas carry less than fewer do" in warning for warning in words.warnings(found))


def test_what_a_second_metric_sees_is_no_limit() -> None:
    """At 50% it adds, whatever 120% does."""
    targets = [{"type": "Utilization", "averageUtilization": percent} for percent in (50, 120)]
    metrics = [{"type": "Resource", "resource": {"name": "cpu", "target": target}} for target in targets]
    assert not any("never adds" in warning for warning in words.warnings(_forecast(metrics=metrics)))


def test_a_load_that_nothing_carries_is_said_to_be_one() -> None:
    shop = service()
    found = foretell(shop, setting(most=5), step(high=5000), drawing.worlds(shop, 6, 12, 7))
    assert any("In 60.0% of the seconds no number of replicas carries the load" in w for w in words.warnings(found))
    assert words.details(found)[0].startswith("No number of replicas carries all of it at all times: 12, the best")


def test_what_is_well_known_has_no_warning() -> None:
    capacities = {n: Interval(100.0 * n, 95.0 * n, 105.0 * n, 3) for n in (1, 5, 12)}
    shop = replace(service(), capacities=capacities)
    found = foretell(shop, setting(request=0.025, most=12), step(), drawing.worlds(shop, 6, 15, 7))
    assert words.warnings(found) == []


def test_a_span_without_a_width_is_a_number() -> None:
    assert words.spanned(Span(49.4, 35.0, 70.2)) == "49.4 (35.0–70.2)"
    assert words.spanned(Span(3, 3, 3)) == "3.00"


def test_where_nothing_is_out_only_the_price_is_told() -> None:
    found = _tuning(Score(0.0, 2.0), ("cheaper", Score(0.0, 1.0), True))
    assert (
        words.tuned(found)
        == "For 0.500 × the replica-seconds of now, shop would be never out of the SLO, as it is now."
    )
    assert words.aim(found.chosen[0], found.now).endswith("0.500 × the replica-seconds of now, and as never out of it.")
    assert "one is beaten by no other" in words.searched(found)[0]


def _tuning(now: Score, *scores: tuple[str, Score, bool]) -> Tuning:
    found = [Candidate(Knobs(), score) for _, score, _ in scores]
    chosen = [
        Chosen(Choice(aim, Candidate(Knobs(), score), gains), setting(), (_forecast(),))  # type: ignore[arg-type]
        for aim, score, gains in scores
    ]
    base = _forecast()
    return Tuning(
        Bench(setting(), 3),
        (step(),),
        tuple(found),
        tuple(found),
        now,
        (base,),
        tuple(chosen),
        fixed=((3, Score(0.0, 3.0)),),
        oracle=Score(0.0, 1.5),
    )


def test_a_search_says_what_is_gained_most() -> None:
    now = Score(0.2, 2.0)
    found = _tuning(now, ("cheaper", Score(0.2, 1.9), True), ("safer", Score(0.05, 2.0), True))
    assert words.tuned(found) == (
        "For 1.00 × the replica-seconds of now, shop would be out of the SLO 5.0% of the time, in the place of 20.0%."
    )
    tried, beside = words.searched(found)
    assert "Of 2 that were tried, 2 are beaten by no other" in tried
    assert beside.startswith("Always 3 replicas would be never out of the SLO, at 3.00 replicas; one who knew")


def test_a_search_that_gains_nothing_says_so() -> None:
    found = _tuning(Score(0.0, 1.0), ("cheaper", Score(0.0, 2.0), False))
    assert words.tuned(found).startswith("Nothing was found that is better for shop than the setting that there is")
    assert words.aim(found.chosen[0], found.now) == (
        "Cheaper: 60% CPU, min 1, down after 300 s. Nothing was found that costs less and is out of the SLO no longer "
        "than now: never out of the SLO, at 2.00 replicas, which is 2.0 × the replica-seconds of now, and as never out "
        "of it."
    )


def test_why_one_is_chosen_is_said_with_what_it_gains() -> None:
    found = _tuning(Score(0.2, 2.0), ("safer", Score(0.05, 1.9), True))
    assert words.aim(found.chosen[0], found.now) == (
        "Safer: 60% CPU, min 1, down after 300 s. It is out of the SLO least of those that cost no more than now: out "
        "of the SLO 5.0% of the time, at 1.90 replicas, which is 0.950 × the replica-seconds and 0.250 × the time out "
        "of the SLO of now."
    )
