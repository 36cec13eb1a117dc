"""What metrics of each pod propose, one behaviour a test; docs/reference/hpa.md lists them."""

from __future__ import annotations

import pytest
from autoscaled import cpu, decided, named, pods, proposed, resource


@pytest.mark.parametrize(
    ("usages", "wanted"),
    [(("66900u", "66900u"), 2), (("67m", "67m"), 3), (("54m", "54m"), 2), (("53m", "53m"), 2), (("53m",) * 10, 9)],
)
def test_utilization_is_cut_to_whole_per_cents_and_both_edges_stay(usages: tuple[str, ...], wanted: int) -> None:
    """Of a request of 1000m, 66.9 % are 66 %, which is the upper edge of 60 %."""
    whole = [usage.replace("m", "0m").replace("66900u", "669m") for usage in usages]
    assert proposed(len(usages), {"pods": pods(*whole)}, requests={"cpu": "1"}) == wanted


def test_usage_is_rounded_up_to_whole_millicores_in_each_container() -> None:
    """Two containers of 33.1m each come to 68m of 100m, beyond the edge at which 66.2m would stay."""
    half = {"requests": {"cpu": "50m"}, "usage": {"cpu": "33100000n"}}
    assert proposed(1, {"pods": [{"name": "a", "containers": {"app": half, "sidecar": half}}]}) == 2
    assert proposed(1, {"pods": pods("66200000n")}) == 2
    assert proposed(1, {"pods": pods("66000000n")}) == 1


def test_what_is_proposed_is_in_proportion_to_the_pods_that_count_and_not_to_replicas() -> None:
    assert proposed(4, {"pods": pods("90m", "90m")}) == 3


def test_requests_equal_to_limits_cap_what_one_decision_asks_for() -> None:
    """A pod that may use no more than it asked for is never above 100 %."""
    assert [proposed(count, {"pods": pods(*["100m"] * count)}) for count in (1, 2, 3, 4)] == [2, 4, 5, 7]
    assert proposed(1, {"pods": pods("400m")}) == 7


def test_a_running_pod_without_a_metric_counts_as_its_whole_request_downwards() -> None:
    """And not as the target: at 60 % that would leave three of four."""
    assert proposed(4, {"pods": pods("10m", "10m", "10m", None)}) == 3
    assert proposed(2, {"pods": pods("10m", None)}) == 2


def test_a_pod_without_a_metric_counts_as_the_target_downwards_where_that_is_above_the_request() -> None:
    assert proposed(4, {"pods": pods("10m", "10m", "10m", None)}, cpu(130)) == 2
    assert proposed(4, {"pods": pods("10m", "10m", "10m", None)}, cpu(100)) == 2


def test_a_pod_without_a_metric_counts_as_nothing_upwards() -> None:
    assert proposed(2, {"pods": pods("100m", None)}) == 2
    assert proposed(2, {"pods": pods("200m", None)}) == 4
    assert proposed(2, {"pods": pods("200m", "200m")}) == 7


def test_of_plain_metrics_a_pod_without_one_counts_as_the_target_downwards() -> None:
    """As it does for metrics of type Pods, and for resources with an average value."""
    assert proposed(4, {"pods": pods("10m", "10m", "10m", None)}, resource("cpu", averageValue="60m")) == 2
    given = [{"name": f"p{number}", "metrics": {"load": "1"}} for number in range(3)] + [{"name": "p3"}]
    assert proposed(4, {"pods": given}, named("Pods", averageValue="6")) == 2


def test_a_pending_pod_counts_as_nothing_upwards_and_is_left_out_downwards() -> None:
    pending = {"name": "new", "phase": "Pending", "ready": False}
    assert proposed(3, {"pods": [*pods("100m", "100m"), pending]}) == 3
    assert proposed(3, {"pods": pods("100m", "100m")}) == 4
    assert proposed(3, {"pods": [*pods("20m", "20m"), pending]}) == 1


def test_an_unready_pod_with_a_metric_is_left_out_downwards_and_one_without_blocks() -> None:
    young = {"name": "new", "ready": False, "started_s": -20, "ready_since_s": -20}
    assert proposed(3, {"pods": [*pods("20m", "20m"), young | {"usage": {"cpu": "90m"}}]}) == 1
    assert proposed(3, {"pods": [*pods("20m", "20m"), young]}) == 3


def test_a_young_pod_counts_from_the_sample_whose_window_begins_when_it_was_ready() -> None:
    """Whatever the readiness delay of 30 s is: that is for pods that are older than 5 min."""
    for age_s, counts in ((14, False), (15, True)):
        new = {"name": "new", "usage": {"cpu": "100m"}, "started_s": -40, "ready_since_s": -age_s, "sampled_s": 0}
        assert proposed(2, {"pods": [*pods("100m"), new]}) == (4 if counts else 2)
    long = {"name": "new", "usage": {"cpu": "100m"}, "started_s": -40, "ready_since_s": -29, "window_s": 30}
    assert proposed(2, {"pods": [*pods("100m"), long]}) == 2


def test_after_five_minutes_only_a_pod_that_was_never_ready_is_left_out() -> None:
    """It is one whose readiness last changed within 30 s of its start."""
    old = {"name": "old", "usage": {"cpu": "100m"}, "ready": False, "started_s": -400}
    assert proposed(2, {"pods": [*pods("100m"), old | {"ready_since_s": -371}]}) == 2
    assert proposed(2, {"pods": [*pods("100m"), old | {"ready_since_s": -370}]}) == 4


def test_the_age_of_a_metric_does_not_matter() -> None:
    assert proposed(1, {"at_s": 10_000, "pods": pods("120m", sampled_s=0)}) == 2


def test_readiness_matters_to_cpu_alone() -> None:
    unready = {"ready": False, "started_s": -10, "ready_since_s": -10}
    memory = [{"name": f"p{number}", "usage": {"memory": "90Mi"}, **unready} for number in range(2)]
    assert proposed(2, {"pods": memory}, resource("memory", averageValue="60Mi")) == 3
    load = [{"name": f"p{number}", "metrics": {"load": "9"}, **unready} for number in range(2)]
    assert proposed(2, {"pods": load}, named("Pods", averageValue="6")) == 3
    assert proposed(2, {"pods": pods("90m", "90m", **unready)}) is None


def test_a_pod_whose_readiness_is_unknown_counts_as_ready_for_cpu() -> None:
    assert proposed(2, {"pods": pods("90m", "90m", ready="Unknown")}) == 3
    assert proposed(2, {"pods": pods("90m", "90m", ready=None)}) is None
    assert proposed(2, {"pods": pods("90m", "90m", started_s=None)}) is None


def test_terminating_and_failed_pods_are_ignored_with_their_metrics() -> None:
    for gone in ({"deleted": True}, {"phase": "Failed"}):
        assert proposed(3, {"pods": [*pods("90m", "90m"), {"name": "x", "usage": {"cpu": "900m"}, **gone}]}) == 3
        assert proposed(3, {"pods": [*pods("90m", "90m"), {"name": "x", **gone}]}) == 3


def test_a_pod_that_has_succeeded_counts_as_one_without_a_metric() -> None:
    assert proposed(3, {"pods": [*pods("20m", "20m"), {"name": "x", "phase": "Succeeded"}]}) == 3


def test_one_pod_without_a_request_ends_it_even_one_that_is_terminating() -> None:
    bare = {"name": "x", "containers": {"app": {"usage": {"cpu": "90m"}}}, "deleted": True}
    (decision,) = decided([{"replicas": 2, "pods": [*pods("90m", "90m"), bare]}])
    assert decision.reasons["ScalingActive"] == "FailedGetResourceMetric"
    assert "missing request for cpu in pod x" in decision.proposals[0].failure


def test_a_change_of_direction_by_missing_metrics_is_no_change() -> None:
    """One pod says too little is used; with the whole request of the others it would be too much."""
    assert proposed(3, {"pods": pods("50m", None, None)}) == 3
    assert proposed(3, {"pods": pods("80m", None, None)}) == 3


def test_a_metric_of_a_pod_that_is_gone_counts_in_plain_means_and_not_in_utilization() -> None:
    gone = {"name": "gone", "listed": False, "usage": {"cpu": "300m"}}
    assert proposed(2, {"pods": [*pods("60m", "60m"), gone]}, resource("cpu", averageValue="60m")) == 5
    assert proposed(2, {"pods": [*pods("60m", "60m"), gone]}) == 2


def test_a_container_metric_is_of_that_container_alone() -> None:
    both = {"app": {"requests": {"cpu": "100m"}, "usage": {"cpu": "90m"}}, "sidecar": {"usage": {"cpu": "1"}}}
    found = [{"name": f"p{number}", "containers": both} for number in range(2)]
    assert proposed(2, {"pods": found}, resource("cpu", "app", averageUtilization=60)) == 3
    assert proposed(2, {"pods": found}, cpu()) is None


def test_a_pod_without_the_named_container_is_an_error_from_1_37_on() -> None:
    """Before, it asked for nothing: the others decide, and it counts as one without a metric."""
    whole = {"requests": {"cpu": "100m"}, "usage": {"cpu": "90m"}}
    found = [{"name": "a", "containers": {"app": whole}}, {"name": "b", "containers": {"other": whole}}]
    metric = resource("cpu", "app", averageUtilization=60)
    assert proposed(2, {"pods": found}, metric, release="1.34") == 3
    assert proposed(2, {"pods": found}, metric, release="1.37") is None


def test_a_pod_of_which_one_container_has_no_metric_of_the_resource_has_none() -> None:
    asks = {"requests": {"cpu": "50m"}}
    half = {"app": asks | {"usage": {"cpu": "80m"}}, "sidecar": asks | {"usage": {"memory": "1Mi"}}}
    assert proposed(2, {"pods": [*pods("80m"), {"name": "half", "containers": half}]}) == 2
    # One that the metrics API does not name at all is no part of the pod to it.
    alone = {"app": asks | {"usage": {"cpu": "80m"}}, "sidecar": asks}
    assert proposed(2, {"pods": [*pods("80m"), {"name": "alone", "containers": alone}]}) == 3


def test_a_plain_mean_is_cut_to_thousandths() -> None:
    given = [{"name": f"p{number}", "metrics": {"load": value}} for number, value in enumerate(["6601m", "6600m"])]
    assert proposed(2, {"pods": given}, named("Pods", averageValue="6")) == 2
