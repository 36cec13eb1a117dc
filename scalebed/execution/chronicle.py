"""Writes down how a run goes on, for `scalebed.records.live`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from scalebed.execution.observer import Progress, Remaining, Resumed, TrialStart
from scalebed.experiment.plan import Step, cells
from scalebed.measurement.second import Second
from scalebed.messages import Say, UserError
from scalebed.records import live
from scalebed.records.live import Line, Writer
from scalebed.records.run_directory import Manifest, Repetition, RunDirectory, SupplyRecord, Trial, UsageRecord

_DRAWN = {"at_s", "interval_s", "cpu_s", "throttled_s", "host_busy_s", "host_steal_s"}


class Chronicle:
    """An observer. Where it cannot write, it says so once and the run goes on without it."""

    def __init__(self, directory: RunDirectory, say: Say) -> None:
        self._directory = directory
        self._say = say
        self._writer: Writer | None = None
        self._given_up = False
        self._before: list[tuple[float, str]] = []
        """Said before there was a run to write about."""

    def run_started(self, plan: Sequence[Step], resumed: Resumed | None, remaining: Remaining) -> None:
        def begin() -> None:
            earlier = (
                () if resumed is None or live.events_file(self._directory.path).exists() else retold(self._directory)
            )
            self._writer = Writer(self._directory.path)
            for line in earlier[:-1]:
                self._event(line)
            self._event({"kind": "begun", "plan": planned(self._directory.manifest()), **_remaining(remaining)})
            for at, said in self._before:
                self._event({"kind": "said", "line": said, "at": at})

        self._attempt(begin)

    def said(self, line: str) -> None:
        if self._writer is None:
            self._before.append((time.time(), line))
        self._attempt(lambda: self._event({"kind": "said", "line": line}))

    def repetition_started(self, step: Step, remaining: Remaining) -> None:
        told = {"kind": "repetition", "block": step.block, "cell": step.cell.id, **_remaining(remaining)}
        self._attempt(lambda: self._event(told))

    def trial_started(self, start: TrialStart) -> None:
        place = {"block": start.step.block, "cell": start.step.cell.id, "index": start.index}

        def begin() -> None:
            if self._writer is not None:
                self._writer.begin_trial(start.step.block, start.step.cell.id, start.index)
            self._event({"kind": "trial", **place, **_asked(start)})

        self._attempt(begin)

    def second(self, progress: Progress) -> None:
        def write() -> None:
            if self._writer is not None:
                for line in seconds(progress):
                    self._writer.second(line)

        self._attempt(write)

    def trial_finished(self, trial: Trial) -> None:
        def end() -> None:
            self._event(ended(trial))
            beside = trial.beside
            if beside is not None and beside.index is not None:  # an observer is told of one side of a duet
                other = self._directory.trial(trial.block, beside.cell, beside.index)
                if other is not None:
                    self._event(ended(other))
            if self._writer is not None:
                self._writer.end_trial()

        self._attempt(end)

    def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None:
        self._attempt(lambda: self._event({**found(repetition), **_remaining(remaining)}))

    def run_finished(self) -> None:
        if self._writer is None:
            return
        self._attempt(lambda: self._event({"kind": "over"}))
        with suppress(OSError):
            self._writer.close()
        self._writer = None

    def _event(self, line: Line) -> None:
        if self._writer is not None:
            self._writer.event(line)

    def _attempt(self, writing: Callable[[], None]) -> None:
        """An observer never raises."""
        if self._given_up:
            return
        try:
            writing()
        except BlockingIOError:
            self._give_up("another process measures into the same directory")
        except OSError as error:
            self._give_up(f"{error.strerror or error}")
        except UserError as error:
            self._give_up(str(error))

    def _give_up(self, why: str) -> None:
        self._given_up = True  # what was begun stays open: the run does go on
        self._say(f"{self._directory.path}/live: cannot be written ({why}), so nobody can watch this run; it goes on.")


def planned(manifest: Manifest) -> Line:
    """What is to be measured, and how it is judged."""
    experiment = manifest.experiment
    slo = experiment.slo
    return {
        "name": experiment.name,
        "description": experiment.description,
        "experiment_kind": experiment.kind,
        "seeks": experiment.traits.seeks,
        "unit": experiment.unit,
        "own": experiment.load is not None,
        "workload": experiment.workload,
        "started": manifest.started,
        "host": manifest.host,
        "blocks": experiment.blocks,
        "slo": {
            "percentile": slo.percentile,
            "latency_ms": slo.latency_ms,
            "error_rate": slo.error_rate,
            "further": len(slo.further),
        },
        "cells": [
            {
                "id": cell.id,
                "variant": cell.variant.name,
                "scale": cell.scale,
                "fault": None if cell.fault is None else cell.fault.name,
                "users": cell.users,
            }
            for cell in cells(experiment)
        ],
        "order": manifest.order,
    }


def seconds(progress: Progress) -> Sequence[Line]:
    """A line for each second that is new, one for what was used, one for the replicas, and one for all so far."""
    usage = () if progress.usage is None else (progress.usage,)
    supply = () if progress.supply is None else (progress.supply,)
    so_far = {
        "at": time.time(),
        "elapsed_s": progress.elapsed_s,
        "percentile_ms": progress.percentile_ms,
        "verdict": progress.verdict,
    }
    told = {"kind": "so_far", **so_far, "errors": progress.errors, "in_flight": progress.in_flight}
    return [*course(progress.seconds, usage, supply), told]


def course(seconds: Iterable[Second], usage: Iterable[UsageRecord], supply: Iterable[SupplyRecord]) -> Iterator[Line]:
    """What can be drawn of a trial, or of a part of it."""
    yield from ({"kind": "second", **asdict(each)} for each in seconds)
    yield from ({"kind": "usage", **each.model_dump(include=_DRAWN)} for each in usage)
    yield from ({"kind": "supply", **each.model_dump()} for each in supply)


def ended(trial: Trial) -> Line:
    """What a trial came to."""
    return {
        "kind": "trial_over",
        "block": trial.block,
        "cell": trial.cell,
        "index": trial.index,
        "attempt": trial.attempt,
        "purpose": trial.purpose,
        "rate_asked": trial.rate_asked,
        "rate_achieved": trial.rate_achieved,
        "verdict": trial.verdict,
        "reason": trial.reasons[0] if trial.reasons else "",
        "percentile_ms": trial.slo_percentile_ms,
        "requests": trial.requests,
        "errors": sum(trial.errors.values()),
        "duration_s": trial.duration_s,
    }


def found(repetition: Repetition) -> Line:
    """What a repetition came to."""
    names = ("block", "cell", "capacity", "lower", "upper", "outcome", "note", "again")
    return {"kind": "repetition_over", **{name: getattr(repetition, name) for name in names}}


def retold(directory: RunDirectory) -> Sequence[Line]:
    """The events of a run that wrote none, as far as its records tell: of a version that did not, say."""
    manifest = directory.manifest()
    repetitions = list(directory.repetitions())
    done = len(directory.finished() & set(manifest.order))
    begun = {"done": 0, "of": len(manifest.order), "left_s": None}
    at = datetime.fromisoformat(manifest.started).timestamp()
    lines: list[dict[str, Any]] = [{"at": at, "kind": "begun", "plan": planned(manifest), **begun}]
    lines += ({"at": datetime.fromisoformat(each.started).timestamp(), **ended(each)} for each in directory.trials())
    lines.sort(key=lambda line: float(line["at"]))
    last = lines[-1]["at"]
    lines += ({"at": last, **found(each), **begun, "done": done} for each in repetitions)
    return [*lines, {"at": last, "kind": "over"}]


def _remaining(remaining: Remaining) -> Line:
    return {"done": remaining.repetitions_done, "of": remaining.repetitions, "left_s": remaining.seconds}


def _asked(start: TrialStart) -> Line:
    return {
        "purpose": start.purpose,
        "rate": start.rate,
        "users": start.users,
        "at_most_s": start.at_most_s,
        "service_quota": start.service_quota,
        "variant": start.step.cell.variant.name,
        "scale": start.step.cell.scale,
    }
