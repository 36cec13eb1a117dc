"""What the audit log tells, and a log that grows while it is read."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from hparig.audit import Audit, Event, seconds


def _line(verb: str, subresource: str, namespace: str = "short-0001", code: int = 200) -> str:
    return json.dumps(
        {
            "verb": verb,
            "objectRef": {"namespace": namespace, "subresource": subresource},
            "responseStatus": {"code": code},
            "requestReceivedTimestamp": "2026-01-02T03:04:05.250000Z",
            "stageTimestamp": "2026-01-02T03:04:05.500000Z",
            "responseObject": {"spec": {"replicas": 3}},
        }
    )


def test_a_look_at_the_target_is_told_with_its_times_and_what_was_answered() -> None:
    event = Event.read(_line("get", "scale"))
    assert event is not None
    assert (event.kind, event.namespace) == ("looked", "short-0001")
    assert event.ended - event.begun == 0.25
    assert event.begun == seconds("2026-01-02T03:04:05.25Z")
    assert event.replicas == 3
    assert Event("rescaled", "short-0001", 0, 1, {"spec": {}}).replicas == 0


def test_changes_and_statuses_are_told_apart_and_failures_left_out() -> None:
    assert getattr(Event.read(_line("update", "scale")), "kind", "") == "rescaled"
    assert getattr(Event.read(_line("update", "status")), "kind", "") == "said"
    assert getattr(Event.read(_line("update", "scale", code=409)), "kind", "") == "refused"
    assert Event.read(_line("update", "status", code=409)) is None
    assert Event.read(_line("update", "scale", code=500)) is None
    assert Event.read(_line("list", "")) is None


def test_a_log_is_read_while_it_grows_and_lines_that_are_half_there_are_waited_for(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    log.write_text("", encoding="utf-8")
    whole = _line("get", "scale")
    with closing(Audit(log)) as audit, log.open("a", encoding="utf-8") as file:
        heard = audit.listen("short-0001")
        other = audit.listen("short-0002")
        file.write(f"{whole}\n{whole[:40]}")
        file.flush()
        assert heard.get(timeout=10).kind == "looked"
        file.write(f"{whole[40:]}\n")
        file.flush()
        assert heard.get(timeout=10).kind == "looked"
    assert heard.empty()
    assert other.empty()
