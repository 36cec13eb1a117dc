"""The metrics of this service, and their exposition over all of its processes.

With `METRICS_DIR` every process keeps its values in files of that folder, and whichever process answers
`/metrics` adds them up. The folder belongs to one service at a time: each process holds a shared lock on it
for life, and the first one to come, alone with the folder, clears what a former run left there.
"""

import fcntl
import os
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

LABELS = ("method", "route", "status")
# Few, because every request walks them and every scrape carries them once for each set of labels.
SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


def _join(folder: Path) -> int:
    """Enter the metrics folder and return the descriptor that holds its lock; clear it first if nobody is there."""
    if values.ValueClass is values.MutexValue:
        raise RuntimeError(
            "METRICS_DIR is set, but prometheus_client was imported before telemetry: import telemetry first, "
            "at best in the settings"
        )
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        for leftover in folder.glob("*.db"):
            leftover.unlink(missing_ok=True)
    # Between the two locks another newcomer may clear the folder too; nobody has a file in it until here.
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


_folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
_lock = _join(Path(_folder)) if _folder else None

REQUESTS = Counter("http_requests_total", "Requests answered.", LABELS)
DURATION = Histogram(
    "http_request_duration_seconds",
    "Time from the first middleware to the response, in seconds.",
    LABELS,
    buckets=SECONDS,
)


def exposition() -> bytes:
    """The metrics of all processes of this service, as Prometheus text."""
    if _folder is None:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=_folder)  # type: ignore[no-untyped-call]  # the library's signature
    return generate_latest(registry)
