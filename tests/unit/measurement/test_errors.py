from __future__ import annotations

import pytest

from scalebed.measurement import errors


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, ""), (204, ""), (299, ""), (301, "3xx"), (304, "3xx"), (404, "4xx"), (503, "5xx"), (0, "no response")],
)
def test_the_status_tells_where_nothing_else_does(status: int, kind: str) -> None:
    assert errors.kind(status, None) == kind


def test_what_the_generator_says_counts() -> None:
    assert errors.kind(404, "") == ""
    assert errors.kind(200, "check failed") == "check failed"
