"""The reference of a run's metrics, from their catalogue."""

from __future__ import annotations

from scalebed.metrics.buckets import CLASSIC_S, SCALE
from scalebed.metrics.catalogue import METRICS, RUN

_HEAD = f"""\
# Metrics of a run

What `--prometheus`, `--remote-write` and `--otlp` tell ([how to](../how-to/metrics-of-a-run.md)). Prometheus's name
follows from OpenTelemetry's name and unit, so that a query does not depend on the way by which a metric came. Every
series has the label `{RUN}`, the name of the run's folder; through OTLP `error_type` is `error.type`, as the
conventions of OpenTelemetry have it.

A histogram comes as a native one (schema {SCALE}: bounds {100 * (2 ** (1 / 2**SCALE) - 1):.2f}% apart) and as a classic
one, with bounds at {", ".join(f"{bound:g}" for bound in CLASSIC_S)} s and at the SLO's limit. They count whole
trials, warm-ups among them: the report leaves those out, so its figures may differ.

| in Prometheus | in OpenTelemetry | type | unit | labels | what it is |
|---|---|---|---|---|---|
"""


def page() -> str:
    """As Markdown."""
    lines = (
        f"| `{metric.prometheus}` | `{metric.name}` | {metric.kind} | {f'`{metric.unit}`' if metric.unit else ''} "
        f"| {' '.join(f'`{label}`' for label in metric.labels)} | {metric.help} |\n"
        for metric in METRICS
    )
    return _HEAD + "".join(lines)
