"""Print what each way of telling a run's metrics costs: what a service serves at saturation with it, as a ratio of what
it serves without any, side by side in rounds whose order changes; and what one telling takes of a core.

    scripts/monitoring up &
    python benchmarks/exports.py [ROUNDS]

That Prometheus runs on the same machine throughout, as a user's would.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import yaml
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.resources import Resource

from scalebed.execution.observer import Progress, Remaining, TrialStart
from scalebed.experiment.plan import Step, cells
from scalebed.experiment.spec import parse_experiment
from scalebed.measurement.histograms import of_values
from scalebed.metrics import exposition
from scalebed.metrics.otlp import data
from scalebed.metrics.remote_write import all_series
from scalebed.metrics.tally import Tally
from scalebed.records.run_directory import RunDirectory
from scalebed.statistics import intervals

EXPERIMENT = {
    "name": "exports",
    "kind": "closed",
    "dataset": {"contacts": 5_000},
    "variants": ["optimized"],
    "replicas": [1],
    "cpu_per_replica": 0.25,
    "workload": "detail",
    "users": 8,
    "duration": "20s",
    "blocks": 1,
}
SENT = "http://127.0.0.1:9090/api/v1"
WAYS: Mapping[str, tuple[list[str], dict[str, str]]] = {
    "none": ([], {}),
    "--prometheus, scraped each second": (["--prometheus"], {}),
    "--remote-write": (["--remote-write", f"{SENT}/write"], {}),
    "--otlp": (["--otlp"], {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{SENT}/otlp/v1/metrics"}),
}


def served(way: str, folder: Path) -> float:
    """Requests a second of one run."""
    options, variables = WAYS[way]
    spec = folder / "exports.yaml"

    spec.write_text(yaml.safe_dump(EXPERIMENT), encoding="utf-8")
    out = folder / f"run-{time.monotonic_ns()}"
    argv = [
        sys.executable,
        "-m",
        "scalebed",
        "run",
        str(spec),
        "--fresh",
        "--host",
        "shared",
        "--out",
        str(out),
        *options,
    ]
    subprocess.run(argv, env={**os.environ, **variables}, check=False, stdout=subprocess.DEVNULL)
    *_, trial = RunDirectory(out).trials()  # one that something disturbed is made again
    return trial.rate_achieved


def cost_ms(tell: Callable[[], object], times: int = 200) -> float:
    """CPU of one telling."""
    began = time.process_time()
    for _ in range(times):
        tell()
    return 1000 * (time.process_time() - began) / times


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rates: dict[str, list[float]] = {way: [] for way in WAYS}
        for number in range(rounds):
            order = list(WAYS)[number % len(WAYS) :] + list(WAYS)[: number % len(WAYS)]
            for way in order:
                rates[way].append(served(way, Path(folder)))
                print(f"round {number + 1}: {rates[way][-1]:7.1f} requests/s  {way}", flush=True)
    for way in list(WAYS)[1:]:
        found = intervals.geometric(a / b for a, b in zip(rates[way], rates["none"], strict=True))
        assert found is not None, "there is a round"
        told = "" if found.lower is None else f" ({found.lower:.3f}–{found.upper:.3f}, 95%)"
        print(f"{found.estimate:.3f} ×{told}  {way}")
    tally = busy()
    print(f"one scrape:       {cost_ms(lambda: exposition.encoded(tally.state())):.1f} ms of CPU")
    print(f"one remote write: {cost_ms(lambda: list(all_series(tally.state()))):.1f} ms of CPU, before it is sent")
    resource = Resource({"service.name": "scalebed"})
    print(
        f"one OTLP export:  {cost_ms(lambda: encode_metrics(data(tally.state(), resource))):.1f} ms, before it is sent"
    )


def busy() -> Tally:
    """Of a run with four cells and 20,000 latencies in each."""
    spec = parse_experiment({**EXPERIMENT, "replicas": [1, 2, 3, 4]}, "exports.yaml")
    tally, left = Tally("run", spec), Remaining(0, 4, 60.0)
    times = np.random.default_rng(1).lognormal(3, 1, 20_000)
    for cell in cells(spec):
        step = Step(0, cell)
        tally.repetition_started(step, left)
        tally.trial_started(TrialStart(step, 0, "closed", 0.0, 8, 20.0))
        tally.second(Progress(20, 1000.0, 30.0, 8.0, 0, "UNDECIDED", latencies=of_values(times), arrivals=20_000))
    return tally


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
