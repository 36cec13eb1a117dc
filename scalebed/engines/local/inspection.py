"""Asks k6 what a script of the user's own says, without running it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalebed.engines.k6.script import OWN_NAMES, Inspected, require_http
from scalebed.engines.local.generator import HOMELESS
from scalebed.engines.secrets import values
from scalebed.experiment.script import Script
from scalebed.messages import EngineError

_NOWHERE = "http://127.0.0.1:1"
"""The target's address while none is up; nothing is asked."""
_LIMIT_S = 60
_REQUIRED = re.compile(r"""\brequire\(\s*["'](k6/[^"']+)["']""")


def inspect(k6: Path, script: Script) -> Inspected:
    """Raises EngineError with what the script itself said where it cannot be loaded, or asks by another protocol."""
    path = Path(script.script)
    if taken := sorted(OWN_NAMES & (script.env.keys() | script.secrets.keys())):
        raise EngineError(f"load.env: {taken[0]} says how much load there is; give the script's variable another name")
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": HOMELESS,
        "BASE_URL": _NOWHERE,
        **variables(script),
    }
    options = _ask(k6, ["inspect", "--include-system-env-vars", str(path)], path, environment)
    imports = _ask(k6, ["deps", "--json", "--include-system-env-vars", str(path)], path, environment)
    inspected = Inspected(options, tuple(imports.get("imports", ())))
    # `k6 deps` 1.8.1 says nothing of what is required in the way of CommonJS.
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in inspected.files if file.is_file())
    required = [name for text in texts for name in _REQUIRED.findall(text)]
    inspected = replace(inspected, imports=(*inspected.imports, *required))
    require_http(inspected)
    return inspected


def variables(script: Script) -> dict[str, str]:
    """What the script finds in `__ENV`. Raises EngineError where a secret cannot be read."""
    return {**script.env, **values(script.secrets)}


def _ask(k6: Path, words: list[str], path: Path, environment: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        done = subprocess.run(
            [str(k6), *words, "--log-format=raw"],
            cwd=path.parent,
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{path}: k6 could not load it in {_LIMIT_S} s; let it do less at its start") from error
    if done.returncode != 0:
        raise EngineError(f"{path}: k6 cannot load it: {_said(done.stderr)}")
    found = json.loads(done.stdout)
    assert isinstance(found, dict)  # noqa: S101 - k6 prints an object
    return found


def _said(stderr: str) -> str:
    """What k6 said, in one line and without places in a stack."""
    lines = [line.strip() for line in stderr.splitlines()]
    return next((line[:300] for line in lines if line and not line.startswith("at ")), "it did not say why")
