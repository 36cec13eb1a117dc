"""Lines as a load generator writes them."""

from __future__ import annotations

import json

from scalebed.measurement.histograms import encode, of_values


def endpoint(name: str, status: int, latencies_ms: list[float], second: int = 1) -> str:
    histogram = encode(of_values(latencies_ms))
    values = {"scalebed": 1, "type": "endpoint", "second": second, "endpoint": name, "status": status}
    return json.dumps(values | {"count": len(latencies_ms), "histogram": histogram}, separators=(",", ":"))


def generator(arrivals: int, dropped: int) -> str:
    values = {"scalebed": 1, "type": "generator", "second": 1, "arrivals": arrivals, "dropped": dropped}
    return json.dumps(values | {"in_flight": 0.5, "lag_ms": 1.0}, separators=(",", ":"))
