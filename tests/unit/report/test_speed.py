from __future__ import annotations

import time
from pathlib import Path

from synthetic import NAIVE, OPTIMIZED, Synthetic

from scalebed.records.run_directory import EndpointRecord
from scalebed.report import Report


def test_two_hundred_trials_of_a_minute_render_in_time(folder: Path) -> None:
    """8 endpoints × 60 s × 200 trials; the limit is 20 s, and a busy machine may take its time."""
    services = {"naive": NAIVE, "optimized": OPTIMIZED}
    run = {"variants": list(services), "replicas": [1, 2], "blocks": 5, "cpu_per_replica": 0.5}
    directory = Synthetic(folder, services, run, seconds=4).write()
    trials = list(directory.trials())
    for trial in trials[:200]:
        second = [record for record in trial.endpoints if record.second == 2 and record.status == 200]
        eight = [*second, *(r.model_copy(update={"endpoint": f"{r.endpoint} again"}) for r in second[:3])]
        endpoints = tuple(EndpointRecord(**{**dict(record), "second": at}) for at in range(60) for record in eight)
        directory.add_trial(trial.model_copy(update={"endpoints": endpoints, "duration_s": 60.0}))
    assert len(trials) > 150
    started = time.process_time()
    Report(directory).write()
    assert time.process_time() - started < 20
