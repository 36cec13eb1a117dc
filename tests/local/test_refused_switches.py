"""A service whose switches cannot be refuses to start, in one sentence."""

import os
import subprocess
import sys

import pytest

from scalebed.paths import ROOT

APPS = ROOT / "apps"


NAIVE = ("naive", ["-m", "gunicorn", "naive.config.wsgi"])
OPTIMIZED = ("optimized", ["serve.py"])


@pytest.mark.parametrize(
    ("start", "switches", "sentence"),
    [
        (NAIVE, "threads=2", "threads=2 needs threads to serve with; add server=gthread."),
        (NAIVE, "cache=on", "there is no switch 'cache'; the switches are indexes, workers, "),
        (OPTIMIZED, "server=gunicorn", "server cannot be 'gunicorn'; choose one of granian-wsgi, "),
        (OPTIMIZED, "workers=2", "workers=2 and cache=bytes need CACHE_URL"),
    ],
)
def test_a_choice_that_cannot_be_is_one_sentence(start: tuple[str, list[str]], switches: str, sentence: str) -> None:
    service, command = start
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    refused = subprocess.run(
        [sys.executable, *command],
        cwd=APPS / service,
        env={**kept, "SWITCHES": switches},
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"SWITCHES: {sentence}")
    assert refused.stderr.count("\n") == 1
    assert refused.stdout == ""
