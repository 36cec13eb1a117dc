"""Runs groups of scenarios, each under one controller, and keeps their traces."""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hparig import proposing
from hparig.api import Api
from hparig.audit import Audit
from hparig.cluster import Namespace, apis_answer, register_apis
from hparig.control_plane import ControlPlane
from hparig.drawing import Scenario, scenario
from hparig.driver import Played, play
from hparig.groups import GROUPS, Group
from hparig.metrics_api import MetricsApi
from hparig.programs import Programs
from hparig.recording import recorded
from scalebed.autoscaling.settings import ReleaseName
from scalebed.messages import EngineError, Say

_FOUND_S = 90
_APART_S = 0.12


@dataclass(frozen=True)
class Run:
    """`pause` is a file: while it is there, no further scenarios begin."""

    release: ReleaseName
    programs: Programs
    seed: str
    first: int
    scenarios: int
    at_once: int
    folder: Path
    """Where traces are kept, a file each."""
    pause: Path | None
    say: Say

    def group(self, group: Group) -> None:
        """All scenarios of this group that have no trace yet."""
        count = max(1, round(self.scenarios * group.share))
        drawn = [scenario(self.seed, self.first + number, self.release, group) for number in range(count)]
        missing = [each for each in drawn if not self._trace(each).exists()]
        if not missing:
            return
        self._wait()
        work = Path(tempfile.mkdtemp(prefix="hpa-rig-"))
        begun = time.monotonic()
        try:
            self._play(group, missing, work / "run")
        except EngineError as error:
            raise EngineError(f"{error} (logs: {work})") from error
        shutil.rmtree(work)
        self.say(f"{self.release} {group.name}: {len(missing)} scenarios in {time.monotonic() - begun:.0f} s")

    def _play(self, group: Group, drawn: Sequence[Scenario], work: Path) -> None:
        gates = group.gates.get(self.release, {})
        with ControlPlane(self.programs, work, gates) as plane, closing(MetricsApi(plane.certificate)) as metrics:
            with closing(Api(plane.address)) as api:
                register_apis(api, metrics.port)
                _until_found(api, plane)
            plane.start_controller(group.flags())
            with closing(Audit(plane.audit_log)) as audit:
                for start in range(0, len(drawn), self.at_once):
                    self._wait()
                    wave = drawn[start : start + self.at_once]
                    played = _beside(wave, group, plane, audit, metrics)
                    plane.check()
                    self._keep(played, plane, metrics)
            log = self.folder / self.release / f"{group.name}.log"
            shutil.copyfile(plane.controller_log, log)

    def _keep(self, played: Sequence[Played], plane: ControlPlane, metrics: MetricsApi) -> None:
        proposed = proposing.times(plane.controller_log, datetime.datetime.now(datetime.UTC).year)
        for each in played:
            name = each.scenario.name
            made = recorded(each, proposed.get(name, []), metrics.answered(name))
            path = self._trace(each.scenario)
            path.parent.mkdir(parents=True, exist_ok=True)
            document = made.trace.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            (path.with_suffix(".torn")).write_text(json.dumps(made.torn), encoding="utf-8")
            path.write_text(json.dumps(document), encoding="utf-8")

    def _trace(self, drawn: Scenario) -> Path:
        return self.folder / self.release / f"{drawn.name}.json"

    def _wait(self) -> None:
        while self.pause is not None and self.pause.exists():
            time.sleep(5)


def _beside(
    wave: Sequence[Scenario], group: Group, plane: ControlPlane, audit: Audit, metrics: MetricsApi
) -> list[Played]:
    with ThreadPoolExecutor(len(wave)) as pool:
        try:
            futures = []
            for each in wave:
                futures.append(pool.submit(_one, each, plane, audit, metrics))
                # Not all in one moment: neither their beginnings nor their syncs.
                time.sleep(max(group.sync_s / len(wave), _APART_S))
            return [future.result() for future in futures]
        except BaseException:
            # Or the pool would wait for all of them to play to their end.
            plane.stop()
            raise


def _one(drawn: Scenario, plane: ControlPlane, audit: Audit, metrics: MetricsApi) -> Played:
    with closing(Api(plane.address)) as api:
        return play(drawn, Namespace(api, drawn.name), audit.listen(drawn.name), metrics.show)


def _until_found(api: Api, plane: ControlPlane) -> None:
    end = time.monotonic() + _FOUND_S
    while not apis_answer(api):
        plane.check()
        if time.monotonic() > end:
            raise EngineError(f"the API server has not found the metrics APIs within {_FOUND_S} s")
        time.sleep(0.5)


def groups(names: Sequence[str]) -> list[Group]:
    """Those of these names; without any, all. Raises EngineError."""
    known = {group.name: group for group in GROUPS}
    if unknown := [name for name in names if name not in known]:
        raise EngineError(f"--group {unknown[0]}: there is none; the groups are {', '.join(known)}")
    return [known[name] for name in names] if names else list(GROUPS)
