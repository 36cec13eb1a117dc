"""Writes run directories as a real run would: a search over a simulated service, with real histograms.

The service is a queue: `replicas` servers, each with a CPU quota, whose latency grows as 1 / (1 - load) and
spreads log-normally. Nothing in it is random that `seed` does not decide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from hdrh.histogram import HdrHistogram

from scalebed.experiment.plan import Cell, Step, plan
from scalebed.experiment.spec import parse_experiment
from scalebed.measurement.causes import Verdict
from scalebed.records.run_directory import (
    EndpointRecord,
    GeneratorRecord,
    Manifest,
    Purpose,
    Repetition,
    RunDirectory,
    Trial,
    UsageRecord,
)

Outcome = Literal["found", "none at this SLO", "beyond the generator", "not found", "measured"]

MIX = {
    "detail": (0.50, 0.6),
    "list": (0.25, 1.3),
    "list next": (0.15, 1.3),
    "filter": (0.09, 1.6),
    "search": (0.01, 4.0),
}
"""Endpoint → share of requests, latency relative to the mean."""


@dataclass(frozen=True)
class Service:
    """What a simulated variant costs and how it scales."""

    cpu_ms: float
    base_ms: float
    """Latency with one request at a time, on average."""
    database_ms: float = 1.0
    contention: float = 0.01
    """σ of the universal scalability law."""
    error_rate: float = 0.0


NAIVE = Service(cpu_ms=21.0, base_ms=48.0, database_ms=9.0, contention=0.008, error_rate=0.0004)
OPTIMIZED = Service(cpu_ms=0.62, base_ms=2.4, database_ms=0.16, contention=0.015)
FASTAPI = Service(cpu_ms=0.44, base_ms=1.8, database_ms=0.21, contention=0.03)
CRAWLING = Service(cpu_ms=260.0, base_ms=1250.0, database_ms=40.0)

FINGERPRINT: dict[str, Any] = {
    "commit": "3f0043f5c1d2",
    "cores": 8,
    "cpu": "AMD EPYC 7B13",
    "kernel": "6.12.48",
    "quota": {"kind": "cgroup v2", "period_ms": 100},
    "python": "3.11.14",
    "packages": {"django": "5.2.7", "djangorestframework": "3.16.1", "django-ninja": "1.6.0", "granian": "2.5.6"},
    "parts": {"postgres": "18.0", "pgbouncer": "1.24.1", "valkey": "9.1.0", "nginx": "1.31.2", "k6": "1.8.1"},
}


@dataclass
class Synthetic:
    """One run to write. `experiment` is what stands in an experiment file."""

    path: Path
    services: Mapping[str, Service]
    experiment: Mapping[str, Any]
    seconds: int = 8
    """Length of each trial."""
    repetitions: int | None = None
    """How many of the planned repetitions were finished; None is all."""
    invalid: Sequence[tuple[str, int]] = ()
    """(cell, block) of which every trial is INVALID."""
    even: bool = False
    """Arrivals evenly spaced instead of Poisson."""
    findings: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    fingerprint: Mapping[str, Any] = field(default_factory=lambda: FINGERPRINT)

    def write(self) -> RunDirectory:
        self.spec = parse_experiment({"name": "synthetic", **self.experiment}, "synthetic")
        self.rng = np.random.default_rng(self.spec.seed)
        steps = plan(self.spec)
        directory = RunDirectory(self.path)
        directory.create(
            Manifest(
                scalebed_version="0.1.0",
                experiment=self.spec,
                order=tuple((step.block, step.cell.id) for step in steps),
                fingerprint=self.fingerprint,
                started="2026-05-04T09:12:31Z",
                findings=self.findings,
            )
        )
        for step in steps[: self.repetitions]:
            trials, repetition = self._repetition(step)
            for trial in trials:
                directory.add_trial(trial)
            directory.add_repetition(repetition)
        return directory

    def _repetition(self, step: Step) -> tuple[list[Trial], Repetition]:
        if self.spec.kind == "capacity":
            return self._search(step)
        if self.spec.compares:
            return self._compared(step)
        rates = self.spec.rates or (self._closed_rate(step.cell),)
        purpose: Purpose = "closed" if self.spec.kind == "closed" else "fixed-rate"
        trials = [self._trial(step, i, rate, purpose) for i, rate in enumerate(rates)]
        if self.spec.kind == "closed":
            trials = [trial.model_copy(update={"rate_asked": 0.0}) for trial in trials]
        return trials, self._outcome(step, None, None, "measured", trials)

    def _compared(self, step: Step) -> tuple[list[Trial], Repetition]:
        """One trial under the common load; a capacity that was sought is what the queue saturates at."""
        users, name = step.cell.users, step.cell.variant.name
        if users:
            trial = self._trial(step, 0, self._closed_rate(step.cell), "closed").model_copy(update={"rate_asked": 0.0})
        else:
            trial = self._trial(step, 0, step.cell.rate or 1.0, "fixed-rate")
        if name not in self.spec.capacity or trial.verdict == "INVALID":
            return [trial], self._outcome(step, None, None, "measured", [trial])
        capacity = self._saturation(step.cell) * 0.9 * float(self.rng.lognormal(0, 0.02))
        confirmed = self._trial(step, 1, capacity, "confirm")
        return [trial, confirmed], self._outcome(step, capacity, capacity * 1.1, "found", [trial, confirmed])

    def _block(self, block: int) -> float:
        """What a block's requests cost, over what requests cost on average: the same for all that is compared."""
        if not self.spec.compares:
            return 1.0
        return float(np.random.default_rng([self.spec.seed, block]).lognormal(0, 0.15))

    def _search(self, step: Step) -> tuple[list[Trial], Repetition]:
        trials = [self._trial(step, 0, 0.5 / (self.services[step.cell.variant.name].base_ms / 1000), "unloaded")]
        if trials[0].verdict == "INVALID":
            return trials, self._outcome(step, None, None, "not found", trials)
        if (trials[0].slo_percentile_ms or 0.0) > self.spec.slo.latency_ms:
            return trials, self._outcome(step, None, None, "none at this SLO", trials)
        rate = self._saturation(step.cell) * 0.3 * self.rng.lognormal(0, 0.1)
        low, high = 0.0, math.inf
        while high == math.inf or not low or high / low > 1 + self.spec.search.precision:
            purpose: Purpose = "bracket" if high == math.inf else "bisect"
            trials.append(self._trial(step, len(trials), rate, purpose))
            if trials[-1].verdict == "PASS":
                low = rate
            else:
                high = rate
            rate = rate * 2 if high == math.inf else rate / 2 if not low else math.sqrt(low * high)
        confirmed = False
        while not confirmed:  # what a search confirmed had met the SLO
            trial = self._trial(step, len(trials), low, "confirm")
            confirmed = trial.verdict in {"PASS", "INVALID"}
        trials.append(trial)
        return trials, self._outcome(step, low, high, "found", trials)

    def _outcome(
        self, step: Step, low: float | None, high: float | None, outcome: Outcome, trials: list[Trial]
    ) -> Repetition:
        return Repetition(
            cell=step.cell.id,
            variant=step.cell.variant.name,
            replicas=step.cell.replicas,
            block=step.block,
            capacity=low,
            lower=low,
            upper=high,
            outcome=outcome,
            note="Every trial was INVALID." if outcome == "not found" else "",
            trials=len(trials),
        )

    def _saturation(self, cell: Cell) -> float:
        service, n = self.services[cell.variant.name], cell.replicas
        return n * cell.cpu_per_replica / (service.cpu_ms / 1000) / (1 + service.contention * (n - 1))

    def _closed_rate(self, cell: Cell) -> float:
        service = self.services[cell.variant.name]
        users = cell.users or self.spec.users or 1
        return min(users / (service.base_ms / 1000), self._saturation(cell) * 0.99)

    def _trial(self, step: Step, index: int, rate: float, purpose: Purpose) -> Trial:
        service, cell = self.services[step.cell.variant.name], step.cell
        load = rate / self._saturation(cell) * float(self.rng.lognormal(0, 0.02))
        wait = 0.0 if purpose == "unloaded" else min(20.0, load / max(1 - load, 0.02) / 4)
        mean_ms = service.base_ms * (1 + wait)
        if purpose == "closed":
            mean_ms = (cell.users or self.spec.users or 1) / rate * 1000
        if load > 1 and purpose != "closed":  # an open model's queue grows while the trial lasts
            mean_ms += (load - 1) * self.seconds * 500
        achieved = min(rate, self._saturation(cell) * 1.01)
        spread = 0.35 + (0 if purpose == "unloaded" else 0.25 * min(load, 1))
        endpoints, total = self._endpoints(service, achieved, mean_ms, spread)
        p50, p90, p95, p99, slo = (
            total.get_value_at_percentile(p) / 1000 for p in (50, 90, 95, 99, self.spec.slo.percentile)
        )
        errors = {"5xx": sum(e.count for e in endpoints if e.status >= 500 and e.second >= 2)}
        invalid = (cell.id, step.block) in self.invalid
        good = slo <= self.spec.slo.latency_ms and (load < 0.97 or purpose in {"closed", "confirm"})
        verdict: Verdict = "INVALID" if invalid else "PASS" if good else "FAIL"
        reason = {
            "PASS": f"p{self.spec.slo.percentile:g} {slo:.0f} ms is within {self.spec.slo.latency_ms:g} ms.",
            "FAIL": f"p{self.spec.slo.percentile:g} {slo:.0f} ms is above {self.spec.slo.latency_ms:g} ms.",
            "INVALID": "The load generator dropped 214 iterations while the service still met the SLO.",
        }[verdict]
        generator = self._generator(rate, achieved * mean_ms / 1000, grows=purpose == "unloaded")
        cpu = {
            "service": service.cpu_ms / 1000,
            "database": service.database_ms / 1000,
            "pooler": 0.00004,
            "cache": 0.00003,
            "balancer": 0.00006,
            "generator": 0.0003,
        }
        cpu = {part: s * self._block(step.block) * float(self.rng.lognormal(0, 0.015)) for part, s in cpu.items()}
        quota = cell.replicas * cell.cpu_per_replica
        used = {part: s * achieved for part, s in cpu.items()}
        return Trial(
            cell=cell.id,
            variant=cell.variant.name,
            replicas=cell.replicas,
            block=step.block,
            index=index,
            purpose=purpose,
            workload=cell.workload,
            rate_asked=0.0 if purpose in {"unloaded", "closed"} else rate,
            rate_achieved=achieved * float(self.rng.lognormal(0, 0.004)),
            started="2026-05-04T09:13:02Z",
            duration_s=float(self.seconds),
            warmup_cut_s=2.0,
            requests=sum(e.count for e in endpoints if e.second >= 2),
            errors=errors if errors["5xx"] else {},
            latency_ms={"mean": mean_ms, "p50": p50, "p90": p90, "p95": p95, "p99": p99, "max": p99 * 1.4},
            slo_percentile_ms=slo,
            verdict=verdict,
            reasons=(reason,),
            warnings=self.warnings if index == 0 else (),
            cpu_s_per_request=cpu,
            database_time_s_per_request=1.5 * cpu["database"],
            utilisation={**used, "service": used["service"] / quota, "host": min(1.0, sum(used.values()) / 8)},
            throttled_share=min(0.9, 0.5 * load**2),
            steal_share=float(self.rng.exponential(0.001)),
            foreign_cores=float(self.rng.exponential(0.01)),
            little_ratio=float(self.rng.normal(1.0, 0.03)),
            endpoints=tuple(endpoints),
            generator=tuple(generator),
            usage=(
                UsageRecord(
                    at_s=float(self.seconds),
                    interval_s=float(self.seconds),
                    cpu_s={part: cores * self.seconds for part, cores in used.items()},
                    throttled_s={"service": 0.1},
                    memory_bytes={"service": 90_000_000 * cell.replicas, "database": 400_000_000},
                    host_busy_s=sum(used.values()) * self.seconds,
                    host_steal_s=0.0,
                ),
            ),
        )

    def _endpoints(
        self, service: Service, rate: float, mean_ms: float, spread: float
    ) -> tuple[list[EndpointRecord], HdrHistogram]:
        """Each endpoint draws its latencies once, and every second repeats them: the decoding is as real."""
        total = HdrHistogram(1, 120_000_000, 3)
        records = []
        for endpoint, (share, relative) in MIX.items():
            count = max(1, round(rate * share))
            drawn = min(count, 60)
            weights = [count // drawn + (i < count % drawn) for i in range(drawn)]
            latencies = mean_ms * relative * self.rng.lognormal(-(spread**2) / 2, spread, drawn) * 1000
            histogram = HdrHistogram(1, 120_000_000, 3)
            for latency, weight in zip(latencies, weights, strict=True):
                histogram.record_value(int(max(1, latency)), weight)
            total.add(histogram)
            encoded = histogram.encode().decode()
            failed = HdrHistogram(1, 120_000_000, 3)
            failed.record_value(30_000_000)
            for second in range(self.seconds):
                records.append(
                    EndpointRecord(second=second, endpoint=endpoint, status=200, count=count, histogram=encoded)
                )
                if self.rng.random() < 1 - (1 - service.error_rate) ** count:
                    records.append(
                        EndpointRecord(
                            second=second, endpoint=endpoint, status=502, count=1, histogram=failed.encode().decode()
                        )
                    )
        return records, total

    def _generator(self, rate: float, in_flight: float, *, grows: bool) -> list[GeneratorRecord]:
        """`grows`: one user gets more answers every second, as caches fill."""

        def arrivals(second: int) -> int:
            if grows:
                return round(rate * (1 + second))
            return round(rate * (second + 1)) - round(rate * second) if self.even else int(self.rng.poisson(rate))

        return [
            GeneratorRecord(
                second=second,
                arrivals=arrivals(second),
                dropped=0,
                in_flight=in_flight,
                lag_ms=float(self.rng.exponential(0.6)),
            )
            for second in range(self.seconds)
        ]


def two_variants(path: Path, **changes: Any) -> Synthetic:
    """`naive` and `optimized` at 1, 2 and 4 replicas in five blocks."""
    settings: dict[str, Any] = {
        "services": {"naive": NAIVE, "optimized": OPTIMIZED},
        "experiment": {
            "variants": ["naive", "optimized"],
            "replicas": [1, 2, 4],
            "blocks": 5,
            "cpu_per_replica": 0.5,
            **changes.pop("experiment", {}),
        },
    }
    return Synthetic(path, **{**settings, **changes})


def ladder(path: Path, **changes: Any) -> Synthetic:
    """Five rungs from naive to all, each cheaper but one, and a control; five blocks."""
    costs = {
        "naive": (21.0, 9.0),
        "pool": (15.0, 8.0),
        "indexes": (15.0, 0.9),
        "json": (15.0, 0.9),
        "all": (0.62, 0.16),
    }
    settings: dict[str, Any] = {
        "services": {
            name: Service(cpu_ms=service, base_ms=2 * service, database_ms=database)
            for name, (service, database) in {**costs, "naive-again": costs["naive"]}.items()
        },
        "experiment": {
            "name": "ablation-ladder",
            "kind": "ablation",
            "ablation": {
                "base": "naive",
                "steps": [
                    {"name": "pool", "switches": {"pool": "on"}},
                    {"name": "indexes", "switches": {"indexes": "on"}},
                    {"name": "json", "switches": {"json": "orjson"}},
                    {"name": "all", "service": "optimized", "switches": {"cache": "bytes"}},
                ],
            },
            "control": True,
            "capacity": ["naive", "all"],
            "rate": 12,
            "duration": "8s",
            "blocks": 5,
            "cpu_per_replica": 0.5,
            **changes.pop("experiment", {}),
        },
    }
    return Synthetic(path, **{**settings, **changes})


def alone(path: Path, **changes: Any) -> Synthetic:
    """All on, each of three off alone, a pair that acts upon each other, and a control."""
    costs = {"optimized": 0.62, "no-cache": 1.5, "stdlib": 0.68, "no-pool": 0.62, "no-cache-and-stdlib": 2.2}
    settings: dict[str, Any] = {
        "services": {
            name: Service(cpu_ms=ms, base_ms=4 * ms, database_ms=0.16)
            for name, ms in {**costs, "optimized-again": 0.62}.items()
        },
        "experiment": {
            "name": "leave-one-out",
            "kind": "ablation",
            "ablation": {
                "base": "optimized",
                "mode": "alone",
                "steps": [
                    {"name": "no-cache", "switches": {"cache": "off"}},
                    {"name": "stdlib", "switches": {"json": "stdlib"}},
                    {"name": "no-pool", "switches": {"pool": "off"}},
                ],
                "pairs": [["no-cache", "stdlib"]],
            },
            "control": True,
            "rate": 40,
            "duration": "8s",
            "blocks": 5,
            "cpu_per_replica": 0.5,
            **changes.pop("experiment", {}),
        },
    }
    return Synthetic(path, **{**settings, **changes})


def by_users(path: Path, **changes: Any) -> Synthetic:
    """Sync against async at few and at many users."""
    settings: dict[str, Any] = {
        "services": {
            "sync": Service(cpu_ms=0.8, base_ms=4.0, database_ms=0.1),
            "async": Service(cpu_ms=0.9, base_ms=3.6, database_ms=0.1),
        },
        "experiment": {
            "name": "async",
            "kind": "matrix",
            "matrix": {
                "variants": [
                    {"name": "sync", "service": "optimized"},
                    {"name": "async", "service": "optimized", "switches": {"async": "on"}},
                ],
                "factors": {"users": [2, 50]},
            },
            "duration": "8s",
            "blocks": 5,
            "cpu_per_replica": 0.5,
            **changes.pop("experiment", {}),
        },
    }
    return Synthetic(path, **{**settings, **changes})
