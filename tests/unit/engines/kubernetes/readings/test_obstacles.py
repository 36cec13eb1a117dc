from fake_cluster import FakeApi, FakeClock, container, pod

from scalebed.engines.kubernetes.readings.obstacles import event_obstacles, hopeless, obstacles, pod_obstacle

LABELS = {"k6_cr": "load"}


def test_an_image_that_is_not_there_is_named_with_its_pod() -> None:
    waiting = {"reason": "ErrImageNeverPull", "message": "image  x\nis not present"}
    found = pod("load-1", LABELS, phase="Pending", containerStatuses=[container("k6", waiting=waiting)])
    assert pod_obstacle(found) == "pod load-1, container k6: ErrImageNeverPull (image x is not present)"
    assert hopeless(found)


def test_a_pod_without_a_node_says_what_the_scheduler_said() -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "Insufficient cpu"}
    found = pod("load-1", LABELS, phase="Pending", conditions=[condition])
    assert pod_obstacle(found) == "pod load-1 has no node: Unschedulable (Insufficient cpu)"
    assert not hopeless(found)  # another pod may end


def test_a_script_that_ended_badly_is_told_with_its_exit_code() -> None:
    ended = {"exitCode": 137, "reason": "OOMKilled"}
    found = pod("load-1", LABELS, containerStatuses=[container("k6", terminated=ended)])
    assert pod_obstacle(found) == "pod load-1, container k6 ended with exit code 137 (OOMKilled)"


def test_nothing_is_said_against_a_pod_that_runs_or_still_pulls() -> None:
    assert pod_obstacle(pod("a", LABELS, containerStatuses=[container("k6", running={})])) is None
    waiting = container("k6", waiting={"reason": "ContainerCreating"})
    assert pod_obstacle(pod("a", LABELS, phase="Pending", containerStatuses=[waiting])) is None


def test_warnings_about_other_things_are_not_told() -> None:
    def event(name: str, kind: str, when: str, type_: str = "Warning") -> dict[str, object]:
        said = {"reason": "FailedCreate", "message": f"exceeded quota at {when}"}
        return {"type": type_, "involvedObject": {"name": name, "kind": kind}, "lastTimestamp": when, **said}

    events = [event("load-1", "Job", "1"), event("other", "Job", "2"), event("load-2", "Job", "3")]
    events.append(event("load-3", "Job", "4", "Normal"))
    assert event_obstacles(events, ["load-"]) == [
        "Job load-2: FailedCreate (exceeded quota at 3)",
        "Job load-1: FailedCreate (exceeded quota at 1)",
    ]


def test_where_nothing_is_said_there_is_a_command_to_look() -> None:
    api = FakeApi(FakeClock())
    assert "kubectl --namespace room get pods,events --selector k6_cr=load" in obstacles(api, "room", LABELS, ["load"])
