"""Loads as TestRuns, against an operator that is well and one that is not."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from fake_cluster import FakeApi, FakeClock
from fake_operator import FakeOperator, environment

from scalebed.engines.kubernetes.load.generator import START_LIMIT_S, Place, TestRunGenerator
from scalebed.engines.kubernetes.load.testruns import GAP_S, read_base, scripts
from scalebed.execution.ports import LoadRun
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import EndpointSecond, GeneratorSecond
from scalebed.messages import EngineError
from scalebed.paths import ROOT

TARGET = Target("http://scalebed-naive.scalebed", (), ("service",), 0.25)
LOAD = Load("detail", 20.0, 30.0, 50, 7, 1000)


class Bench:
    def __init__(self, runners: int = 2, **operator: object) -> None:
        self.clock = FakeClock()
        self.api = FakeApi(self.clock)
        self.operator = FakeOperator(self.api, **operator)  # type: ignore[arg-type]
        self.said: list[str] = []
        self.endings = 0
        self.loads: list[tuple[float, float]] = []
        place = Place("load", read_base(ROOT), scripts(ROOT / "loadtest" / "k6"), runners, {"scalebed/holder": "me"})
        self.generator = TestRunGenerator(self.api, place, self.clock, self.said.append, self)

    def began(self, loads: Sequence[tuple[float, float]]) -> None:
        self.loads += loads

    def ended(self) -> None:
        self.endings += 1

    def drain(self, run: LoadRun, at_most_s: float = 200.0) -> tuple[list[EndpointSecond], list[GeneratorSecond]]:
        """What a runner of trials would do: poll until it is over."""
        endpoints: list[EndpointSecond] = []
        health: list[GeneratorSecond] = []
        until = self.clock.now() + at_most_s
        while not run.finished and self.clock.now() < until:
            self.clock.sleep(1.0)
            take(run, endpoints, health)
        take(run, endpoints, health)
        return endpoints, health

    @property
    def running(self) -> list[str]:
        return [path for path in self.api.objects if "/testruns/" in path]


def take(run: LoadRun, endpoints: list[EndpointSecond], health: list[GeneratorSecond]) -> None:
    of_endpoints, of_health = run.poll(0.0)
    endpoints += of_endpoints
    health += of_health


def test_a_load_is_what_all_runners_did_together() -> None:
    bench = Bench()
    run = bench.generator.start(TARGET, LOAD)
    endpoints, health = bench.drain(run)
    assert run.finished
    assert [line.arrivals for line in health] == [20] * 30
    assert sum(line.count for line in endpoints) == 60
    assert run.failure is None
    run.stop()
    assert bench.running == []
    assert bench.endings == 1
    begun = health[0].second
    assert bench.loads == [(begun, begun + 30)]


def test_the_test_run_is_the_one_for_kubectl_with_another_load() -> None:
    bench = Bench(runners=3)
    bench.generator.start(TARGET, LOAD)
    made = bench.operator.runs[0]
    base = read_base(ROOT)
    assert made["spec"]["parallelism"] == 3
    assert made["spec"]["script"]["configMap"]["file"] == "detail.js"
    assert environment(made) | {"RATE": "20.0", "DURATION": "30s", "BASE_URL": TARGET.url} == environment(made)
    assert made["spec"]["runner"]["image"] == base["spec"]["runner"]["image"]
    assert made["spec"]["runner"]["containerSecurityContext"] == base["spec"]["runner"]["containerSecurityContext"]
    assert made["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "scalebed"
    assert made["metadata"]["annotations"] == {"scalebed/holder": "me"}


def test_many_vus_have_the_memory_that_they_need() -> None:
    bench = Bench()
    bench.generator.start(TARGET, replace(LOAD, max_vus=2000))
    assert bench.operator.runs[0]["spec"]["runner"]["resources"]["limits"]["memory"] == "878Mi"


def test_runners_that_start_apart_are_clipped_and_told() -> None:
    bench = Bench(skew_s=7)
    run = bench.generator.start(TARGET, LOAD)
    _, health = bench.drain(run)
    assert len(health) == 30 - 7
    assert all(line.arrivals == 20 for line in health)
    assert any("first arrivals 7 s apart" in line for line in bench.said)
    assert [(check.passed, check.failed) for check in run.checks] == [(0, 1)]


def test_foreseen_rates_run_in_one_test_run() -> None:
    bench = Bench()
    loads = [replace(LOAD, rate=rate) for rate in (20.0, 30.0, 40.0)]
    bench.clock.sleep(1.0)
    got = []
    for index, load in enumerate(loads):
        then = tuple((later.rate, 60) for later in loads[index + 1 :])
        run = bench.generator.start(TARGET, replace(load, then=then))
        _, health = bench.drain(run)
        run.stop()
        got.append([line.arrivals for line in health if line.arrivals])
    assert len(bench.operator.runs) == 1
    assert environment(bench.operator.runs[0])["STEPS"] == "20.0:30,0:40,30.0:30,0:40,40.0:30"
    assert environment(bench.operator.runs[0])["MAX_VUS"] == "60"
    assert got == [[20] * 30, [30] * 30, [40] * 30]
    first = bench.loads[0][0]
    assert bench.loads == [(first + at, first + at + 30) for at in (0, 30 + GAP_S, 60 + 2 * GAP_S)]
    assert bench.running == []


def test_who_comes_early_for_a_step_is_not_met_with_silence() -> None:
    bench = Bench()
    run = bench.generator.start(TARGET, replace(LOAD, then=((30.0, 50),)))
    run.stop()
    step = bench.generator.start(TARGET, replace(LOAD, rate=30.0))
    assert len(bench.operator.runs) == 1
    _, health = step.poll(0.0)
    assert health


def test_another_load_than_foreseen_ends_the_test_run() -> None:
    bench = Bench()
    run = bench.generator.start(TARGET, replace(LOAD, then=((30.0, 50),)))
    bench.drain(run)
    run.stop()
    assert len(bench.running) == 1
    again = bench.generator.start(TARGET, LOAD)
    _, health = bench.drain(again)
    assert len(bench.operator.runs) == 2
    assert [line.arrivals for line in health] == [20] * 30


def test_who_comes_late_for_a_step_gets_a_test_run_of_its_own() -> None:
    bench = Bench()
    run = bench.generator.start(TARGET, replace(LOAD, then=((30.0, 50),)))
    bench.drain(run)
    run.stop()
    for _ in range(int(GAP_S) + 10):
        bench.clock.sleep(1.0)
    bench.generator.start(TARGET, replace(LOAD, rate=30.0))
    assert len(bench.operator.runs) == 2


def test_a_stage_that_hangs_is_given_up_and_the_reason_told() -> None:
    bench = Bench(hangs=True)
    event = {"type": "Warning", "reason": "FailedCreate", "message": "exceeded quota: counts"}
    began = bench.clock.now()

    def warn() -> None:
        name = bench.operator.runs[0]["metadata"]["name"]
        bench.api.put(
            "/api/v1/namespaces/load/events/e", {**event, "involvedObject": {"kind": "Job", "name": f"{name}-1"}}
        )

    bench.clock.after(5.0, warn)
    run = bench.generator.start(TARGET, LOAD)
    assert run.finished
    assert bench.clock.now() - began == pytest.approx(START_LIMIT_S, abs=2)
    assert "did not begin within 240 s (stage initialization): Job load-" in str(run.failure)
    assert "FailedCreate (exceeded quota: counts)" in str(run.failure)
    run.stop()
    assert bench.running == []


def test_a_missing_image_is_not_waited_for() -> None:
    bench = Bench(image_missing=True)
    began = bench.clock.now()
    run = bench.generator.start(TARGET, LOAD)
    assert bench.clock.now() - began < 60
    assert "container k6: ErrImageNeverPull (no image)" in str(run.failure)


def test_the_exit_code_decides_and_not_the_stage() -> None:
    bench = Bench(exit_code=107, said=b"TypeError: undefined is not a function")
    run = bench.generator.start(TARGET, LOAD)
    bench.drain(run)
    assert "the scenario threw an exception: TypeError: undefined is not a function" in str(run.failure)


def test_a_broken_connection_loses_and_doubles_nothing() -> None:
    bench = Bench(runners=1, broken_after=9)
    run = bench.generator.start(TARGET, LOAD)
    endpoints, health = bench.drain(run)
    assert [line.arrivals for line in health] == [20] * 30
    assert sum(line.count for line in endpoints) == 30


def test_an_older_k6_numbers_nothing() -> None:
    bench = Bench(runners=1, broken_after=9, numbered=False)
    run = bench.generator.start(TARGET, LOAD)
    _, health = bench.drain(run)
    assert [line.arrivals for line in health] == [20] * 30
    assert run.failure is None


def test_no_runner_is_left_without_arrivals() -> None:
    bench = Bench(runners=8)
    loads = [(LOAD, 8), (replace(LOAD, rate=3.5), 3), (replace(LOAD, rate=0.2), 1), (replace(LOAD, max_vus=2), 2)]
    loads.append((replace(LOAD, then=((2.0, 50),)), 2))
    loads.append((replace(LOAD, concurrency=5), 5))
    loads.append((replace(LOAD, concurrency=9, stages=((3, 5.0), (9, 5.0))), 3))
    loads.append((replace(LOAD, steps=((0.0, 5.0), (6.0, 5.0))), 6))
    for load, runners in loads:
        bench.generator.start(TARGET, load)
        bench.generator.close()
        assert bench.operator.runs[-1]["spec"]["parallelism"] == runners
    told = [line for line in bench.said if "since each is to have arrivals or a user" in line]
    assert len(told) == len(loads) - 1
    assert ": 3 of 8 runners" in told[0]


def test_a_load_without_an_arrival_says_so() -> None:
    bench = Bench(runners=1)
    run = bench.generator.start(TARGET, replace(LOAD, rate=0.1, duration_s=5.0))
    bench.drain(run)
    assert "ended before all 1 runners had an arrival, which at 0.1/s for 5 s is chance" in str(run.failure)


def test_the_files_that_a_script_opens_reach_the_cluster(tmp_path: Path) -> None:
    (tmp_path / "shop.js").write_text("const urls = open('./urls.csv');\n")
    (tmp_path / "urls.csv").write_text("/a\n/b\n")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "kustomization.yaml").write_text("{}\n")
    (tmp_path / "notes").mkdir()
    first = scripts(tmp_path)
    assert first.manifest["data"].keys() == {"shop.js", "urls.csv"}
    assert first.manifest["binaryData"] == {"photo.jpg": "/9g="}
    (tmp_path / "urls.csv").write_text("/c\n")
    assert scripts(tmp_path).name != first.name


def test_what_no_config_map_holds_is_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "shop.js").write_text("const urls = open('./data/urls.csv');\n")
    (tmp_path / "data").mkdir()
    with pytest.raises(EngineError, match=r"shop.js: names the folder data, which would not reach the cluster"):
        scripts(tmp_path)
    (tmp_path / "shop.js").write_text("const urls = open('./urls.csv');\n")
    (tmp_path / "urls.csv").write_text("/a\n" * 400_000)
    with pytest.raises(
        EngineError, match=r"its files are 1,2\d\d,\d\d\d bytes together, and the cluster takes 1,048,576"
    ):
        scripts(tmp_path)


def test_a_rotated_log_loses_nothing_that_was_read_before() -> None:
    bench = Bench(runners=1, rotated=(20, 16))
    run = bench.generator.start(TARGET, LOAD)
    endpoints, health = bench.drain(run)
    assert [line.arrivals for line in health] == [20] * 30
    assert sum(line.count for line in endpoints) == 30
    assert run.failure is None


def test_what_a_rotation_took_is_told() -> None:
    bench = Bench(runners=1, rotated=(20, 20))
    run = bench.generator.start(TARGET, LOAD)
    bench.drain(run)
    assert "2 lines of the log of pod load-" in str(run.failure)
    assert "the kubelet rotated it before it was read; let its containerLogMaxSize" in str(run.failure)


def test_what_a_rotation_took_of_the_end_is_told() -> None:
    bench = Bench(runners=1, rotated=(61, 61))
    run = bench.generator.start(TARGET, LOAD)
    bench.drain(run)
    assert "the log of pod load-" in str(run.failure)
    assert "lacks its end: the kubelet rotated it" in str(run.failure)


def test_close_ends_the_load_and_can_be_called_twice() -> None:
    bench = Bench()
    bench.generator.start(TARGET, LOAD)
    bench.generator.close()
    bench.generator.close()
    assert bench.running == []
    assert not any("/pods/" in path for path in bench.api.objects)
