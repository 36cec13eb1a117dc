"""A trial under an autoscaler, as it would be recorded."""

from recorded import experiment, trial

from scalebed.experiment.spec import Experiment
from scalebed.measurement.histograms import encode, of_values
from scalebed.records.run_directory import Trial

GOOD, BAD = encode(of_values([20.0] * 10)), encode(of_values([5000.0] * 10))
SECONDS = 60


def spec(**more: object) -> Experiment:
    keys: dict[str, object] = {
        "kind": "hpa", "engine": "kubernetes", "variants": ["optimized"], "blocks": 1,
        "autoscaler": {"max_replicas": 2}, "capacity_per_replica": {"optimized": 25},
        "profile": [{"rate": 5, "duration": "20s"}, {"rate": 50, "duration": "40s"}], **more,
    }  # fmt: skip
    return experiment(**keys)


def look(at: float, replicas: int, metric: float = 0.5) -> dict[str, object]:
    counts = dict.fromkeys(("desired", "scheduled", "started", "ready", "receiving"), replicas)
    return {"at_s": at, "metric": metric, **counts}


def scaled(**more: object) -> Trial:
    """The second replica comes 10 s after the load rose, and the SLO is broken until then."""
    keys: dict[str, object] = {
        "cell": "optimized-hpa", "variant": "optimized", "purpose": "closed", "rate_asked": 0.0, "duration_s": SECONDS,
        "warmup_cut_s": 1,
        "endpoints": [
            {"second": s, "endpoint": "list", "status": 200, "count": 10, "histogram": BAD if 20 <= s < 30 else GOOD}
            for s in range(SECONDS)
        ],
        "supply": [look(float(s), 1 if s < 30 else 2, 2.0 if 22 <= s < 30 else 0.5) for s in range(SECONDS)], **more,
    }  # fmt: skip
    return trial(**keys)


BROKEN = [
    {"second": s, "endpoint": "list", "status": 200, "count": 10, "histogram": BAD if s >= 20 else GOOD}
    for s in range(SECONDS)
]
KEPT = [{"second": s, "endpoint": "list", "status": 200, "count": 10, "histogram": GOOD} for s in range(SECONDS)]
