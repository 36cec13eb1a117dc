"""The how-to page for metrics of a run: its commands, its queries and its alerts are as it says."""

from __future__ import annotations

import math
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from pages import script
from prometheus import MONITORING, Prometheus, until

from scalebed import paths
from scalebed.engines.local.isolation.ports import free_port
from scalebed.measurement.histograms import Latencies, merge
from scalebed.records.run_directory import RunDirectory
from tests.local.test_own import folder, said, scalebed, write

__all__ = ["folder"]
pytestmark = [pytest.mark.timeout(420), pytest.mark.xdist_group("prometheus")]

PAGE = paths.ROOT / "docs" / "how-to" / "metrics-of-a-run.md"
DURATION = "scalebed_request_duration_seconds"


@contextmanager
def monitored(command: str, data: Path) -> Iterator[Prometheus]:
    """The page's own command, on a free port; what it says is kept."""
    port = free_port()
    argv = [*command.split(), "--port", str(port), "--data", str(data)]
    with (
        data.with_suffix(".txt").open("wb") as log,
        subprocess.Popen(argv, cwd=paths.ROOT, stdout=log, stderr=log) as process,
    ):
        running = Prometheus(f"http://127.0.0.1:{port}")
        try:
            until(lambda: running.ready() or process.poll() is not None, 300)
            assert process.poll() is None, data.with_suffix(".txt").read_text(encoding="utf-8")
            yield running
        finally:
            running.close()
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


def commands() -> Iterator[tuple[str, dict[str, str]]]:
    """Each that runs something, with what was exported before it."""
    exported: dict[str, str] = {}
    for line in script("metrics-of-a-run").splitlines()[1:]:
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            exported[name] = value
        else:
            yield line, dict(exported)


def latencies(run: Path) -> Latencies:
    """All that succeeded, by the records."""
    trials = RunDirectory(run).trials()
    return merge(second.histogram for trial in trials for second in trial.endpoints if not second.error)


def test_each_way_tells_what_the_records_have(folder: Path, tmp_path: Path) -> None:
    write(folder, duration=6)
    (monitoring, _), *runs = commands()
    assert [line for line, _ in runs] == [
        "scalebed run --prometheus",
        "scalebed run --remote-write http://127.0.0.1:9090/api/v1/write",
        "scalebed run --otlp",
    ]
    queries = re.findall(r"^\| [a-z][^|]* \| `(.*)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(queries) == 5
    with monitored(monitoring, tmp_path / "data") as prometheus:
        for number, (line, exported) in enumerate(runs):
            here = {name: value.replace("http://127.0.0.1:9090", prometheus.url) for name, value in exported.items()}
            words = line.replace("http://127.0.0.1:9090", prometheus.url).split()[1:]
            out = folder / f"run-{number}"
            done = scalebed(folder, *words, "--host", "shared", "--out", str(out), "--fresh", **here)
            assert done.returncode in (0, 3), said(done)
            assert "The run goes on, and it is tried again." not in said(done)
            kept = latencies(out)
            # The newest there is of it: a scrape may have missed what came last.
            told = f'last_over_time({DURATION}{{run="{out.name}"}}[5m])'
            [(_, count)] = prometheus.query(f"histogram_count({told})")
            [(_, p95_s)] = prometheus.query(f"histogram_quantile(0.95, {told})")
            if "--prometheus" in words:
                assert 0 < count <= kept.total
            else:
                assert count == kept.total
                assert p95_s * 1000 == pytest.approx(kept.percentile_ms(95), rel=0.01)
            assert prometheus.query(f'last_over_time(scalebed_trials_total{{run="{out.name}"}}[5m])')
        [(_, at)] = prometheus.query('max(max_over_time(timestamp(scalebed_trial_info{run="run-0"})[5m:1s]))')
        for query in queries:
            found = [value for labels, value in prometheus.query(query, at)]
            assert found, query
            assert all(math.isfinite(value) for value in found), query
    assert os.listdir(tmp_path / "data"), "it keeps what it was told"  # noqa: PTH208


def test_the_page_names_every_alert() -> None:
    rules = yaml.safe_load((MONITORING / "rules" / "scalebed.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    listed = re.findall(r"^\| `(Scalebed\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [rule["alert"] for rule in rules if "alert" in rule]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "say scripts/monitoring up"),
        (("down",), "say scripts/monitoring up"),
        (("up", "--port"), "--port lacks its value"),
        (("up", "--port", "high"), "--port high is no number"),
        (("up", "--here", "1"), "--here is not known"),
    ],
)
def test_words_that_are_not_known_are_refused(words: tuple[str, ...], why: str) -> None:
    argv = [paths.ROOT / "scripts" / "monitoring", *words]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert why in done.stderr


def test_a_run_whose_metrics_cannot_be_told_does_not_begin(folder: Path) -> None:
    write(folder, duration=6)
    for words, why in (
        (("--prometheus-address", "9464"), "scalebed: --prometheus-address 9464: is no HOST:PORT"),
        (("--remote-write", "prometheus"), "scalebed: --remote-write: is no URL"),
    ):
        done = scalebed(folder, "run", "--out", "run", *words)
        assert done.returncode == 2
        assert why in said(done)
        assert not (folder / "run").exists()
    done = scalebed(folder, "run", "--out", "run", "--otlp", OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
    assert done.returncode == 2
    assert "OTEL_EXPORTER_OTLP_PROTOCOL=grpc: only http/protobuf is spoken here" in said(done)


def test_a_receiver_that_is_away_does_not_harm_the_run(folder: Path) -> None:
    write(folder, duration=6)
    done = scalebed(folder, "run", "--out", "run", "--host", "shared", "--remote-write", "http://127.0.0.1:1/write")
    assert done.returncode in (0, 3), said(done)
    told = "Remote write: http://127.0.0.1:1/write cannot be reached (ConnectionError). The run goes on"
    assert said(done).count(told) == 1
