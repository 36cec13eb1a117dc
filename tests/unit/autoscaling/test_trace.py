"""Traces: what a sync leaves out, and what is refused, in one sentence that says where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from autoscaled import decided, desired, pods

from scalebed.autoscaling.trace import Trace, TraceError, parse


def _document(**keys: Any) -> str:
    whole = {
        "format": "scalebed-hpa-trace/1",
        "release": "1.37",
        "spec": {"maxReplicas": 10},
        "syncs": [{"at_s": 0, "replicas": 1, "pods": pods("50m")}],
    }
    return json.dumps({**whole, **keys})


def test_what_a_sync_leaves_out_is_as_before_and_replicas_are_as_decided() -> None:
    first = {"replicas": 2, "pods": pods("120m", "120m")}
    assert desired(first, {}) == [4, 4]
    assert [each.before for each in decided([first, {}, {"replicas": 9}, {}])] == [2, 4, 9, 4]


def test_status_replicas_are_the_pods_that_are_neither_terminating_nor_at_an_end() -> None:
    alive = [*pods("1m"), {"name": "b", "phase": "Pending"}]
    over = [{"name": "c", "deleted": True}, {"name": "d", "phase": "Failed"}, {"name": "e", "listed": False}]
    trace = parse(_document(syncs=[{"at_s": 0, "replicas": 5, "pods": [*alive, *over]}]), "here")
    assert next(trace.looks([])).status_replicas == 2


def test_requests_are_of_every_pod_that_gives_none() -> None:
    given = [*pods("1m"), {"name": "b", "requests": {"cpu": "1"}}]
    trace = parse(_document(requests={"cpu": "300m"}, syncs=[{"at_s": 0, "replicas": 2, "pods": given}]), "here")
    assert [pod.requested("cpu", None) for pod in next(trace.looks([])).pods] == [300, 1000]


def test_a_trace_stays_the_same_through_json() -> None:
    trace = parse(_document(), "here")
    assert Trace.model_validate_json(trace.model_dump_json(by_alias=True, exclude_defaults=True)) == trace


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"format": "other"}, "here, format: "),
        ({"release": "1.30"}, "here, release: "),
        ({"syncs": []}, "here, syncs: "),
        ({"syncs": [{"at_s": 0}]}, "here: the first sync needs replicas and pods"),
        (
            {"syncs": [{"at_s": 5, "replicas": 1, "pods": []}, {"at_s": 5}]},
            "here: the sync at 5 s does not come after the one at 5 s",
        ),
        ({"syncs": [{"at_s": 0, "replicas": 1, "pods": [], "totals": {"a": "ten"}}]}, "'ten' is no quantity"),
        ({"syncs": [{"at_s": 0, "replicas": 1, "pod": []}]}, "here, syncs.0.pod: Extra inputs are not permitted"),
        (
            {
                "release": "1.34",
                "spec": {
                    "minReplicas": 0,
                    "maxReplicas": 3,
                    "metrics": [
                        {
                            "type": "External",
                            "external": {"metric": {"name": "a"}, "target": {"type": "Value", "value": "1"}},
                        }
                    ],
                },
            },
            "here: minReplicas 0 needs scale_to_zero, which 1.34 has not without a word",
        ),
        (
            {
                "syncs": [
                    {"at_s": 0, "replicas": 1, "pods": [{"name": "a", "usage": {"cpu": "1m"}, "containers": {"b": {}}}]}
                ]
            },
            "a pod has either containers, or requests and usage of its own",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_its_place(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(TraceError) as refused:
        parse(_document(**keys), "here")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith("; docs/reference/hpa.md has the format")


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(TraceError, match="here: Invalid JSON"):
        parse("{", "here")
