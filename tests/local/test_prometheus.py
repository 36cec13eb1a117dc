"""The metrics of a run in a real Prometheus, by each of the ways: scraped, remote write and OTLP."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Mapping

import httpx
import numpy as np
import pytest
from prometheus import MONITORING, Prometheus, prometheus, promtool, until
from staged import searching

from docsmith.dashboards import PARTS
from scalebed.execution.observer import Progress, Remaining, TrialStart
from scalebed.experiment.plan import Step, cells
from scalebed.experiment.spec import Experiment
from scalebed.measurement.histograms import of_values
from scalebed.measurement.second import Second
from scalebed.metrics import scraping
from scalebed.metrics.catalogue import METRICS
from scalebed.metrics.otlp import OtlpSender
from scalebed.metrics.remote_write import RemoteWriter
from scalebed.metrics.tally import Tally
from scalebed.records.run_directory import Repetition, SupplyRecord, UsageRecord

pytestmark = pytest.mark.xdist_group("prometheus")

QUANTILES = (0.5, 0.9, 0.95, 0.99)
GENERATOR = np.random.default_rng(28)
# Two humps, so that no curve through a few points would do: hits and misses of a cache, say.
TIMES_MS = np.concatenate([GENERATOR.lognormal(1.2, 0.4, 14_000), GENERATOR.lognormal(4.5, 0.7, 6_000)])
GENERATOR.shuffle(TIMES_MS)
SECOND = Second(0, 400, 390, {}, None, None, {}, in_flight=12.5, lag_ms=1.5)
SECONDS = 10
SOURCE = MONITORING / "grafana" / "provisioning" / "datasources" / "scalebed.yaml"
RATE_INTERVAL = f"{4 * int(re.findall(r'timeInterval: ([0-9]+)s', SOURCE.read_text(encoding='utf-8'))[0])}s"
"""Grafana's, at the least."""


def experiment() -> Experiment:
    spec = searching("Metrics.")
    return spec.model_copy(update={"blocks": 1})


class Told:
    """A tally of a trial under way, told anew each second as a run does it."""

    def __init__(self, run: str) -> None:
        spec = experiment()
        self.tally = Tally(run, spec)
        self.cell = cells(spec)[0]
        self._seconds = 0
        step, left = Step(0, self.cell), Remaining(1, 3, 61.5)
        self.tally.run_started([step], None, left)
        self.tally.trial_started(TrialStart(step, 2, "bracket", 400.0, 25, 60.0, 0.25))
        bounds = {"capacity": 90.0, "lower": 85.0, "upper": 95.0, "outcome": "found"}
        about = {"cell": self.cell.id, "variant": self.cell.variant.name, "replicas": 1, "trials": 7}
        self.tally.repetition_finished(Repetition.model_validate({**about, **bounds, "block": 0}), left)

    def second(self, share: float = 1.0) -> None:
        """`share`: of the latencies have come by then. What is used goes on growing."""
        self._seconds += 1
        used = {"service": 0.2, "postgres": 0.1}
        self.tally.second(
            Progress(
                elapsed_s=self._seconds,
                rate=390.0,
                percentile_ms=100.0,
                in_flight=12.5,
                errors=40,
                verdict="UNDECIDED",
                usage=UsageRecord(
                    at_s=float(self._seconds), interval_s=1.0, cpu_s=used, throttled_s={"service": 0.05},
                    memory_bytes={"service": 200_000_000}, host_busy_s=1.2, host_steal_s=0.01,
                ),
                supply=SupplyRecord(
                    at_s=1.0, desired=3, scheduled=3, started=2, ready=2, receiving=1, metric=1.4
                ),
                latencies=of_values(TIMES_MS[: int(share * len(TIMES_MS))]),
                failures={"5xx": 40, "timed out \"twice\"\n": 2},
                arrivals=int(share * 20_042),
                seconds=[SECOND],
            )
        )  # fmt: skip


@pytest.fixture(scope="module")
def scraped() -> Iterator[tuple[Told, str]]:
    told = Told("scraped run")
    server = scraping.server(told.tally, "127.0.0.1:0")
    yield told, server.url.removeprefix("http://").rstrip("/")
    server.close()


@pytest.fixture(scope="module")
def running(scraped: tuple[Told, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """One that has scraped the run for some seconds."""
    told, address = scraped
    with prometheus(tmp_path_factory.mktemp("prometheus"), address) as made:
        for second in range(1, SECONDS + 1):
            if second == SECONDS:  # so that all is fresh at the moment that is kept
                until(lambda: bool(made.query("scalebed:slo_requests_missed:ratio_rate15s")), 30)
            told.second(second / SECONDS)
            used = f'scalebed_cpu_time_seconds_total{{part="service"}} >= {0.2 * second - 0.01}'
            until(lambda asked=used: bool(made.query(asked)), 30)
        made.moment = time.time()
        yield made


def quantiles(prometheus: Prometheus, run: str) -> Mapping[float, float]:
    """From the native histogram."""
    found = {}
    for share in QUANTILES:
        [(_, value)] = prometheus.query(
            f'histogram_quantile({share}, scalebed_request_duration_seconds{{run="{run}"}})'
        )
        found[share] = value * 1000
    return found


def held_to_the_samples(found: Mapping[float, float]) -> None:
    for share, value_ms in found.items():
        assert value_ms == pytest.approx(np.quantile(TIMES_MS, share, method="inverted_cdf"), rel=0.01), share


def test_quantiles_of_a_scraped_native_histogram_are_within_a_percent(running: Prometheus) -> None:
    held_to_the_samples(quantiles(running, "scraped run"))


def test_classic_buckets_stand_beside_it(running: Prometheus) -> None:
    within = running.query('scalebed_request_duration_seconds_bucket{run="scraped run",le="0.1"}')
    assert [value for _, value in within] == [int((TIMES_MS <= 100).sum())]
    [(labels, total)] = running.query('scalebed_request_duration_seconds_count{run="scraped run"}')
    assert total == len(TIMES_MS)
    assert labels["job"] == "scalebed"


def test_every_way_tells_the_same_by_the_same_names(running: Prometheus, monkeypatch: pytest.MonkeyPatch) -> None:
    pushed, sent = Told("pushed run"), Told("sent run")
    writer = RemoteWriter(f"{running.url}/api/v1/write", {})
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", f"{running.url}/api/v1/otlp/v1/metrics")
    otlp = OtlpSender()
    for told in (pushed, sent):
        told.second()
    assert writer.send(pushed.tally.state()) is None
    assert otlp.send(sent.tally.state()) is None
    names = {run: running.names(f"{run} run") for run in ("scraped", "pushed", "sent")}
    histogram = {f"scalebed_request_duration_seconds{part}" for part in ("_bucket", "_count", "_sum")}
    assert names["pushed"] == names["scraped"]
    # OTLP carries one form of a histogram, and by default that is the native one.
    assert names["sent"] == names["scraped"] - histogram
    assert {metric.prometheus for metric in METRICS} <= names["sent"]
    for run in ("pushed run", "sent run"):
        held_to_the_samples(quantiles(running, run))
        [(_, arrivals)] = running.query(f'scalebed_arrivals_total{{run="{run}"}}')
        assert arrivals == 20_042
        odd = running.query(f'scalebed_request_errors_total{{run="{run}",error_type=~"timed.*"}}')
        assert [(labels["error_type"], value) for labels, value in odd] == [('timed out "twice"\n', 2)]
    assert writer.end(pushed.tally.state()) is None
    until(lambda: not running.query('{run="pushed run"}'), 10)
    # By OTLP gauges end with the trial and with the run; what only grows stays for Prometheus's five minutes.
    begun = running.query('scalebed_trial_info{run="sent run"}')
    assert [labels["index"] for labels, _ in begun] == ["2"]
    sent.tally.run_finished()
    assert otlp.send(sent.tally.state()) is None
    until(
        lambda: not running.query('{__name__=~"scalebed_(trial_info|requests_in_flight|replicas)",run="sent run"}'), 10
    )
    assert running.query('scalebed_slo_latency_seconds{run="sent run"}')
    assert otlp.end(sent.tally.state()) is None
    until(lambda: not running.query('scalebed_slo_latency_seconds{run="sent run"}'), 10)
    assert running.query('scalebed_arrivals_total{run="sent run"}')


def test_the_names_are_as_prometheus_wants_them(scraped: tuple[Told, str], running: Prometheus) -> None:
    text = httpx.get(f"http://{scraped[1]}/metrics").content
    assert promtool("check", "metrics", given=text) == (0, "")
    # It does find what is amiss.
    code, said = promtool("check", "metrics", given=text.replace(b"_errors_total", b"_errors"))
    assert code != 0
    assert "_total" in said


def test_the_rules_do_what_their_tests_say() -> None:
    code, said = promtool("check", "config", MONITORING / "prometheus.yml")
    assert code == 0, said
    for tests in sorted((MONITORING / "rules" / "tests").glob("*.yml")):
        code, said = promtool("test", "rules", tests)
        assert code == 0, said
    alerts = set(re.findall(r"alert: (\w+)", (MONITORING / "rules" / "scalebed.yml").read_text(encoding="utf-8")))
    tested = set(re.findall(r"alertname: (\w+)", (MONITORING / "rules/tests/scalebed.yml").read_text(encoding="utf-8")))
    assert tested == alerts


@pytest.mark.parametrize(
    ("panel", "query"),
    [
        (f"{graph.title}: {legend}", query)
        for part in PARTS
        for graph in part.graphs
        for legend, query in graph.queries.items()
    ],
)
def test_no_panel_of_the_dashboard_is_empty(running: Prometheus, panel: str, query: str) -> None:
    asked = query.replace("$__rate_interval", RATE_INTERVAL).replace("$run", "scraped run").replace("$cell", ".*")
    found = [value for _, value in running.query(asked, running.moment)]
    assert found, panel
    assert all(isinstance(value, dict) or math.isfinite(value) for value in found), panel
