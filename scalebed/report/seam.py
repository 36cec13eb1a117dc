from __future__ import annotations

from collections.abc import Mapping

from scalebed.report.views import LimitView


def limiting(utilisation: Mapping[str, float], quota_share: float | None) -> LimitView | None:
    if not utilisation:
        return None
    return LimitView(
        "service", f"The service used {utilisation['service']:.0%} of its CPU quota; no other part was near its limit."
    )
