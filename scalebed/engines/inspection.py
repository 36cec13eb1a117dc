"""Asks k6 what a script of the user's own says, without running it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalebed.engines.k6.protocol import HOMELESS
from scalebed.engines.k6.script import OWN_NAMES, Inspected, journey, require_http, wrapper
from scalebed.engines.secrets import values
from scalebed.engines.sources import digest
from scalebed.experiment.script import Script
from scalebed.messages import EngineError
from scalebed.secrecy import VEIL

_NOWHERE = "http://127.0.0.1:1"
"""The target's address while none is up; nothing is asked."""
_LIMIT_S = 60
_REQUIRED = re.compile(r"""\brequire\(\s*["'](k6/[^"']+)["']""")


def inspect(k6: Path, script: Script, arrivals: Path) -> Inspected:
    """Raises EngineError with what the script itself said where it cannot be loaded, asks by another protocol, or lacks
    the function that is to be a journey."""
    path = script.file
    taken = sorted(
        (OWN_NAMES | ({"REQUESTS"} if script.requests else set())) & (script.env.keys() | script.secrets.keys())
    )
    if taken:
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
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in inspected.modules if file.is_file())
    required = [name for text in texts for name in _REQUIRED.findall(text)]
    inspected = replace(inspected, imports=(*inspected.imports, *required))
    require_http(inspected)
    with tempfile.TemporaryDirectory(prefix="scalebed-") as folder:
        made = Path(folder) / "entry.js"
        made.write_text(wrapper(path, arrivals, journey(inspected, script.exec)), encoding="utf-8")
        words = ["archive", "--include-system-env-vars", "--archive-out=-", str(made)]
        packed = _asked(k6, words, path, {**environment, "RATE": "1", "MAX_VUS": "1"})
    found = [file for file in _packed(packed, path) if file.is_file()]
    ours = arrivals.parent
    return replace(
        inspected,
        opened=tuple(file for file in found if file.parent != ours),
        around=tuple(file for file in found if file.parent == ours),
    )


def _packed(archive: bytes, script: Path) -> Iterator[Path]:
    """The files in an archive of k6's. It writes whose home a path is in as nobody's."""
    home = re.match(r"/(?:Users|home)/[^/]+/", str(script))
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            kind, _, path = member.name.partition("/")
            if kind == "file" and member.isfile():
                place = f"/{path}"
                if home is not None:
                    place = re.sub(r"^/(?:Users|home)/nobody/", lambda _: home[0], place)
                yield Path(place)


def variables(script: Script) -> dict[str, str]:
    """What the script finds in `__ENV`. Raises EngineError where a secret cannot be read."""
    return {**script.variables, **values(script.secrets)}


def describe_script(script: Script, inspected: Inspected) -> dict[str, object]:
    """For the fingerprint: the script, and what it imports and opens."""
    return {"script": str(script.file), "files": {str(path): digest(path) for path in inspected.files}}


def _ask(k6: Path, words: list[str], path: Path, environment: Mapping[str, str]) -> Mapping[str, Any]:
    found = json.loads(_asked(k6, words, path, environment))
    assert isinstance(found, dict)  # noqa: S101 - k6 prints an object
    return found


def _asked(k6: Path, words: list[str], path: Path, environment: Mapping[str, str]) -> bytes:
    """What k6 prints."""
    try:
        done = subprocess.run(
            [str(k6), *words, "--log-format=raw"],
            cwd=path.parent,
            env=dict(environment),
            capture_output=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{path}: k6 could not load it in {_LIMIT_S} s; let it do less at its start") from error
    if done.returncode != 0:
        raise EngineError(f"{path}: k6 cannot load it: {_said(done.stderr.decode(errors='replace'))}")
    return done.stdout


def _said(stderr: str) -> str:
    """What k6 said, in one line and without places in a stack."""
    lines = [line.strip() for line in VEIL.over(stderr).splitlines()]
    return next((line[:300] for line in lines if line and not line.startswith("at ")), "it did not say why")
