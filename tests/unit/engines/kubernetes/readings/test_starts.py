"""How long pods took to start, from what the API server says of them."""

from __future__ import annotations

from typing import Any

from scalebed.engines.kubernetes.readings.starts import starts_s


def _pod(created: str, ready: str | None, restarts: int = 0, status: str = "True") -> dict[str, Any]:
    conditions = [{"type": "PodScheduled", "status": "True", "lastTransitionTime": created}]
    if ready is not None:
        conditions.append({"type": "Ready", "status": status, "lastTransitionTime": ready})
    return {
        "metadata": {"creationTimestamp": created},
        "status": {"conditions": conditions, "containerStatuses": [{"restartCount": restarts}]},
    }


def test_it_is_from_when_it_was_created_until_it_was_ready() -> None:
    pods = [
        _pod("2026-11-30T05:00:00Z", "2026-11-30T05:00:09Z"),
        _pod("2026-11-30T05:00:00Z", "2026-11-30T05:01:00Z"),
    ]
    assert starts_s(pods) == (9.0, 60.0)


def test_what_is_not_ready_or_was_started_again_says_nothing() -> None:
    pods = [
        _pod("2026-11-30T05:00:00Z", None),
        _pod("2026-11-30T05:00:00Z", "2026-11-30T05:00:09Z", status="False"),
        _pod("2026-11-30T05:00:00Z", "2026-11-30T05:00:09Z", restarts=1),
        {"metadata": {}, "status": {}},
    ]
    assert starts_s(pods) == ()
