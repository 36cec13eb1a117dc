"""What a script's thresholds come to in an SLO."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scalebed.experiment.slo import Limit, Slo
from scalebed.experiment.spec import Experiment, SpecError, parse_experiment
from scalebed.experiment.thresholds import Thresholds, read, settle


def experiment(tmp_path: Path, slo: object, **more: object) -> Experiment:
    (tmp_path / "shop.js").write_text("export default function () {}\n", encoding="utf-8")
    keys = {"name": "shop", "service": {"command": "serve"}, "load": {"script": "shop.js"}, "slo": slo, **more}
    return parse_experiment(keys, "scalebed.yaml", folder=tmp_path)


def settled(tmp_path: Path, slo: object, thresholds: Thresholds) -> Slo:
    return settle(experiment(tmp_path, slo), thresholds).slo


def test_each_that_can_be_said_is_a_line() -> None:
    lines, others = read(
        {
            "http_req_duration": ["p(95)<500", {"threshold": "p(99.9) <= 900", "abortOnFail": True}, "med<200"],
            "http_req_duration{expected_response:true}": ["p(90)<300"],
            "http_req_duration{name:login}": ["p(95)<100"],
            "http_req_duration{ endpoint:cart , expected_response:true }": ["p(95)<110.5"],
            "http_req_duration{group:::shop::cart}": ["p(95)<120"],
            'http_req_duration{name:"log in"}': ["p(95)<1234567.891"],
            "http_req_duration{'name': 'out'}": ["p(95)<2000000"],
            "http_req_failed": ["rate<0.02", "rate<=0.015"],
            "checks": ["rate>0.9", "rate>=0.99"],
        }
    )
    assert lines == [
        "p(95) < 500 ms", "p(99.9) < 900 ms", "p(50) < 200 ms", "p(90) < 300 ms of successes",
        "p(95) < 100 ms for login", "p(95) < 110.5 ms of successes for cart", "p(95) < 120 ms for shop / cart",
        "p(95) < 1234567.891 ms for log in", "p(95) < 2000000 ms for out",
        "errors < 1.5 %", "checks > 99 %",
    ]  # fmt: skip
    assert others == []


@pytest.mark.parametrize(
    ("metric", "expression"),
    [
        ("my_own", "count>3"), ("http_reqs", "rate>100"), ("iteration_duration", "p(95)<900"),
        ("http_req_duration", "avg<200"), ("http_req_duration", "max<200"), ("http_req_duration", "p(95)>5"),
        ("http_req_duration{status:200}", "p(95)<100"), ("http_req_duration{name:a,group:::b}", "p(95)<100"),
        ("http_req_duration{expected_response:false}", "p(95)<100"), ("http_req_waiting", "p(95)<100"),
        ("http_req_duration{name:https://shop.example/}", "p(95)<100"), ("http_req_failed", "rate>0.5"),
        ("http_req_failed{name:login}", "rate<0.1"), ("checks{name:login}", "rate>0.9"), ("checks", "rate<0.9"),
        ("checks", "rate>0"), ("checks", "rate>1.2"), ("http_req_failed", "rate<1"), ("http_req_failed", "rate<1.5"),
        ("http_req_duration", "p(95)<0"), ("http_req_duration", "p(100)<900"), ("http_req_duration", "p(0)<900"),
        ("http_req_duration{name:}", "p(95)<100"), ("http_req_duration{group:::}", "p(95)<100"),
        ("http_req_duration{name:a  b}", "p(95)<100"), ("http_req_duration{name:a}", "p(100)<900"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_refused_by_name(tmp_path: Path, metric: str, expression: str) -> None:
    with pytest.raises(SpecError) as refused:
        settled(tmp_path, ["thresholds"], {"http_req_failed": ["rate<0.01"], metric: [expression]})
    assert f"{metric}: {expression} (" in str(refused.value)


def test_the_first_percentile_is_the_slos_own_where_the_file_has_none(tmp_path: Path) -> None:
    thresholds: dict[str, Any] = {
        "http_req_duration{expected_response:true}": ["p(99)<800"],
        "http_req_duration{name:login}": ["p(95)<100"],
        "checks": ["rate>0.99"],
    }
    found = settled(tmp_path, "thresholds", thresholds)
    assert (found.percentile, found.latency_ms, found.latency_of) == (99, 800, "successes")
    assert found.further == (Limit(percentile=95, latency_ms=100, endpoint="login"),)
    assert (found.error_rate, found.checks) == (0.01, 0.99)
    mixed = settled(
        tmp_path, ["p(90) < 2 s", "thresholds", "errors < 0.1 %"], {**thresholds, "http_req_failed": ["rate<0.05"]}
    )
    assert (mixed.percentile, mixed.latency_ms, mixed.latency_of) == (90, 2000, "all")
    assert mixed.further[0] == Limit(percentile=99, latency_ms=800, latency_of="successes")
    assert mixed.error_rate == 0.001
    assert settled(tmp_path, mixed.model_dump(), thresholds) == mixed, "as a report writes it"
    assert settled(tmp_path, found.model_dump(), thresholds) == found


@pytest.mark.parametrize(
    ("own", "first"),
    [
        ({"latency_ms": 200}, Limit(percentile=95, latency_ms=200)),
        ({"percentile": 99}, Limit(percentile=99, latency_ms=1000)),
        ({"latency_of": "successes"}, Limit(percentile=95, latency_ms=1000, latency_of="successes")),
    ],
)
def test_however_little_the_file_says_of_its_first_the_scripts_is_a_further_one(
    tmp_path: Path, own: dict[str, Any], first: Limit
) -> None:
    thresholds = {"http_req_duration": ["p(95)<500"]}
    found = settled(tmp_path, {**own, "thresholds": True}, thresholds)
    assert Limit.model_validate(found.model_dump(include={"percentile", "latency_ms", "latency_of"})) == first
    assert found.further == (Limit(percentile=95, latency_ms=500),)
    assert settled(tmp_path, found.model_dump(exclude_unset=True), thresholds) == found, "and the same again"


def test_the_first_says_whose_it_is(tmp_path: Path) -> None:
    found = settled(tmp_path, "thresholds", {"http_req_duration": ["p(95)<500"]})
    assert {"percentile", "latency_ms", "latency_of"} <= found.model_fields_set


def test_as_many_requests_are_asked_for_as_they_need(tmp_path: Path) -> None:
    asked = experiment(tmp_path, "thresholds")
    made = settle(asked, {"http_req_duration": ["p(99.9)<500"]})
    assert made.search.min_requests == 2995 > asked.search.min_requests
    few = experiment(tmp_path, "thresholds", search={"min_requests": 350})
    assert settle(few, {"http_req_duration": ["p(95)<500"]}).search.min_requests == 350
    again = made.model_dump(mode="json")
    assert Experiment.model_validate(again).slo == made.slo, "as a run directory has it"


def test_a_script_without_any_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="slo: thresholds: the script has none; write lines"):
        settled(tmp_path, "thresholds", {})


def test_they_are_a_scripts() -> None:
    with pytest.raises(SpecError, match="slo: thresholds are those of a script of your own"):
        parse_experiment({"name": "tried", "variants": ["naive"], "slo": ["thresholds"]}, "tried.yaml")
