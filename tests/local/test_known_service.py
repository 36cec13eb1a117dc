"""A service whose answers are known, by `command:` and by `url:`: what is told of it is so, as far as chance allows."""

from __future__ import annotations

import math
from collections import Counter
from functools import reduce
from pathlib import Path

import pytest

from scalebed.measurement.histograms import Latencies, decode
from scalebed.records.run_directory import RunDirectory, Trial
from tests.local.test_own import BEGIN, folder, running, said, scalebed, write

__all__ = ["folder"]
pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]

MEAN_MS, DRAWS = 40, 8
FAILING = {"status/301": "3xx", "status/404": "4xx", "status/500": "5xx", "close": "no response"}
REQUESTS = DRAWS + 4 + len(FAILING)
SCRIPT = (
    BEGIN
    + f"""
export default function () {{
  for (let i = 0; i < {DRAWS}; i++) http.get(`${{base}}/exponential/{MEAN_MS}`, {{ tags: {{ name: 'drawn' }} }});
  http.get(`${{base}}/ok`);
  http.get(`${{base}}/status/204`);
  http.get(`${{base}}/go`, {{ tags: {{ name: 'followed' }} }});
  for (const path of {list(FAILING)}) http.get(`${{base}}/${{path}}`, {{ redirects: 0, tags: {{ name: path }} }});
  check(http.get(`${{base}}/body`), {{ 'it is otherwise': (answer) => answer.body === 'otherwise' }});
}}
"""
)
Z = 4.0
"""Standard deviations of a share beyond which chance goes once in 16,000 times."""


def measured(folder: Path, by: str) -> Trial:
    rates = {"rates": [8], "duration": 14, "slo": ["p(50) < 20 s", "errors < 45 %"]}
    write(folder, SCRIPT, **rates)
    if by == "command":
        done = scalebed(folder, "run", "--out", "run", "--host", "shared")
    else:
        with running(folder) as url:
            write(folder, SCRIPT, service={"url": url}, **rates)
            done = scalebed(folder, "run", "--out", "run", "--host", "shared")
    assert done.returncode in (0, 3), said(done)
    *_, trial = RunDirectory(folder / "run").trials()
    assert done.returncode == (3 if trial.verdict == "INVALID" else 0), said(done)
    return trial


def latencies(trial: Trial, endpoint: str) -> Latencies:
    return reduce(Latencies.__add__, (decode(line.histogram) for line in trial.endpoints if line.endpoint == endpoint))


@pytest.mark.parametrize("by", ["command", "url"])
def test_all_that_is_told_of_it_is_so(folder: Path, by: str) -> None:
    trial = measured(folder, by)
    journeys = latencies(trial, "GET /ok").total
    assert journeys > 60

    # A journey may have begun before the seconds that count, or not be over when they are.
    some = math.ceil(max(second.in_flight for second in trial.generator)) + 1
    # Where the testbed starts it, a balancer stands in front: it answers for what closes the connection.
    failing = {**FAILING, "close": "5xx" if by == "command" else "no response"}
    for endpoint, kind in failing.items():
        failed = {line.failure for line in trial.endpoints if line.endpoint == endpoint}
        assert failed == {kind}
        assert latencies(trial, endpoint).total == pytest.approx(journeys, abs=some), endpoint
    for endpoint in ("GET /status/{n}", "followed", "drawn"):
        assert {line.failure for line in trial.endpoints if line.endpoint == endpoint} == {""}, endpoint
    assert {line.failure for line in trial.endpoints if line.endpoint == "GET /body"} == {"check failed"}
    expected = Counter([*failing.values(), "check failed"])
    assert trial.errors.keys() == expected.keys()
    for kind, times in expected.items():
        assert trial.errors[kind] / times == pytest.approx(trial.requests / REQUESTS, abs=some), kind

    drawn, quick = latencies(trial, "drawn"), latencies(trial, "GET /ok")
    assert drawn.total == pytest.approx(DRAWS * journeys, abs=DRAWS * some)
    for share in (0.25, 0.5, 0.75, 0.9):
        chance = Z * math.sqrt(share * (1 - share) / drawn.total)
        low, high = (-MEAN_MS * math.log(1 - share + sign * chance) for sign in (1, -1))
        # All that lies between the service and the generator only adds; how much, an answer that takes no time tells.
        assert low <= drawn.percentile_ms(100 * share) <= high + quick.percentile_ms(99), (share, low, high)
