"""The controller's own log: when it had its metrics' proposals."""

from __future__ import annotations

import datetime
from pathlib import Path

from hparig.proposing import times

_PROPOSING = 'horizontal.go:971] "Proposing desired replicas'
_SHORT, _GATES = (f'scaleTarget="Deployment/{name}/target"' for name in ("short-0001", "gates-0002"))
_LOG = f"""\
I0102 03:04:05.250000   77 {_PROPOSING}" desiredReplicas=3 metric="x" {_SHORT}
I0102 03:04:05.260000   77 horizontal.go:1050] "Decided not to scale" {_SHORT} desiredReplicas=3
I0102 03:04:06.500000   77 {_PROPOSING} from zero" desiredReplicas=1 {_GATES}
E0102 03:04:06.600000   77 horizontal.go:300] "Unhandled Error" err="failed"
"""


def test_moments_are_told_by_namespace(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(_LOG, encoding="utf-8")
    first = datetime.datetime(2026, 1, 2, 3, 4, 5, 250_000, datetime.UTC).timestamp()
    assert times(log, 2026) == {"short-0001": [first], "gates-0002": [first + 1.25]}
