"""A stopping service has time for the longest statement, and whoever stops it waits for that."""

from typing import Any

import pytest
import yaml
from stopping import drain_s

from scalebed.engines.local.isolation.processes import STOP_GRACE_S
from scalebed.engines.local.parts.postgres import STATEMENT_TIMEOUT_MS
from scalebed.paths import ROOT


def values(chart: str, file: str = "values.yaml") -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "charts" / chart / file).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("milliseconds", "seconds"),
    [("10000", 15), ("10001", 16), ("1", 6), ("120000", 125), ("0", 15), ("", 15), (None, 15)],
)
def test_it_answers_for_the_longest_statement_and_its_wait_for_a_connection(
    milliseconds: str | None, seconds: int
) -> None:
    environment = {} if milliseconds is None else {"STATEMENT_TIMEOUT_MS": milliseconds}
    assert drain_s(environment) == seconds


def test_the_local_engine_waits_longer() -> None:
    assert drain_s({"STATEMENT_TIMEOUT_MS": str(STATEMENT_TIMEOUT_MS)}) + 2 < STOP_GRACE_S


def test_a_pod_s_grace_is_longer_and_its_balancer_s_longer_still() -> None:
    chart = values("webapp")
    ms, service, balancer = chart["statementTimeoutMs"], chart["drain"], chart["balancer"]["drain"]
    assert ms == STATEMENT_TIMEOUT_MS
    # The chart's template adds ten seconds to a longer statement, which `charts/webapp/tests` holds.
    assert drain_s({"STATEMENT_TIMEOUT_MS": str(ms)}) + 2 < service["graceSeconds"] <= balancer["graceSeconds"]
    assert drain_s({"STATEMENT_TIMEOUT_MS": "0"}) + 2 < service["graceSeconds"]
    for name in ("naive", "optimized", "fastapi"):
        assert not {"drain", "statementTimeoutMs"} & values("webapp", f"overlays/{name}.yaml").keys()


def test_a_pooler_that_stops_waits_longer_than_a_request_takes() -> None:
    assert drain_s({}) < values("datastore")["pgbouncer"]["drain"]["waitSeconds"]
