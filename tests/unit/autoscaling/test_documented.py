"""docs/reference/hpa.md names each behaviour's test, every test of a behaviour, and every key of a trace."""

from __future__ import annotations

import re
from pathlib import Path

from scalebed.autoscaling.pods import Pod
from scalebed.autoscaling.settings import Settings
from scalebed.autoscaling.sync import Seen, Sync
from scalebed.autoscaling.trace import Trace
from scalebed.paths import ROOT

_PAGE = (ROOT / "docs" / "reference" / "hpa.md").read_text(encoding="utf-8")
_HERE = Path(__file__).parent
_BEHAVIOURS = ("test_per_pod", "test_totals", "test_controller", "test_windows", "test_limits", "test_metrics_server")


def test_every_behaviour_has_a_test_and_every_test_of_one_is_listed() -> None:
    texts = [(_HERE / f"{name}.py").read_text(encoding="utf-8") for name in _BEHAVIOURS]
    tests = {name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}
    listed = re.findall(r"`(test_\w+)` \|$", _PAGE, re.MULTILINE)
    assert set(listed) == tests
    assert len(listed) == len(tests)


def test_every_key_of_a_trace_is_described() -> None:
    keys = [key for part in (Trace, Settings, Sync, Seen, Pod) for key in part.model_fields]
    assert [key for key in keys if f"`{key}`" not in _PAGE] == []
