"""Which k6 makes the load: the one that the user named, or ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from scalebed.messages import EngineError, Say
from scalebed.provision.k6 import ensure_k6

VARIABLE = "SCALEBED_K6"
_TRIED_S = 60
_LINES = b'{"scalebed":3,'
"""Of the version that the extension in loadtest/extension writes."""
_TRIAL = """\
import 'k6/x/scalebed';
export const options = {
  scenarios: { load: { executor: 'poisson-arrival-rate', rate: 50, duration: '200ms', preAllocatedVUs: 1 } },
};
export default function () {}
"""
"""With all that is needed of the extension: its module, an executor of it, its output."""


def find_k6(cache: Path, source: Path, say: Say = print) -> Path:
    """The program in `$SCALEBED_K6`, else what `ensure_k6` has.

    Raises EngineError where that is no k6 with the extension, and what `ensure_k6` raises.
    """
    if not (named := os.environ.get(VARIABLE, "")):
        return ensure_k6(cache, source, say)
    found = shutil.which(named)
    if found is None:
        raise EngineError(f"{VARIABLE}: {named} is no program; name a k6, or leave it out")
    program = Path(found).absolute()
    version = _version(program)
    if not _writes_lines(program):
        raise EngineError(
            f"{VARIABLE}: {program} is {version} without Scalebed's extension as it is now, so it can neither make "
            "its arrivals nor tell their latencies; build one from loadtest/extension as loadtest/README.md says, or "
            "leave it out and let it be built"
        )
    return program


def _version(program: Path) -> str:
    """`k6 v1.8.1`. It calls itself what its file is called."""
    said = re.match(r"\S+ (v\d+\.\S+) \(.*\bgo1", _run(program, "version").decode("utf-8", "replace"))
    if said is None:
        raise EngineError(f"{VARIABLE}: {program} is no k6 that runs; name one, or leave it out")
    return f"k6 {said[1]}"


def _writes_lines(program: Path) -> bool:
    """Whether a load of a fifth of a second, which asks nobody, is told in lines of ours."""
    with tempfile.TemporaryDirectory(prefix="scalebed-k6-") as folder:
        script = Path(folder) / "trial.js"
        script.write_text(_TRIAL, encoding="utf-8")
        argv = ("run", "--quiet", "--no-usage-report", "--summary-mode=disabled", "--address=", "--out", "scalebed")
        return _run(program, *argv, str(script)).startswith(_LINES)


def _run(program: Path, *words: str) -> bytes:
    """What it says; nothing where it fails."""
    try:
        # Without it k6 would look for the extension it lacks on the network.
        env = {**os.environ, "K6_AUTO_EXTENSION_RESOLUTION": "false"}
        done = subprocess.run([str(program), *words], capture_output=True, timeout=_TRIED_S, env=env, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""
