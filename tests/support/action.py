"""Does what action.yml says, as a runner does: its steps, its expressions, its files of outputs, path and summary."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scalebed import paths

_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")


@dataclass(frozen=True)
class Done:
    """`code` is that of the step that ended it, or 0."""

    code: int
    said: str
    outputs: Mapping[str, str]
    summary: str


def described() -> dict[str, Any]:
    """The file."""
    found: dict[str, Any] = yaml.safe_load((paths.ROOT / "action.yml").read_text(encoding="utf-8"))
    return found


def perform(
    place: Path,
    temporary: Path,
    environment: Mapping[str, str],
    *,
    inputs: Mapping[str, str],
    action: dict[str, Any] | None = None,
    before: Mapping[str, str] | None = None,
) -> Done:
    """All steps in `place`; an input's name may have underscores for its hyphens.

    `temporary` is the runner's own folder; `action` has some of the steps alone; `before` is what
    others have put out, by the names that expressions have.
    """
    action = action or described()
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    unknown = given.keys() - action["inputs"].keys()
    assert not unknown, unknown
    known = {f"inputs.{name}": given.get(name, each.get("default", "")) for name, each in action["inputs"].items()}
    known |= before or {}
    temporary.mkdir(exist_ok=True)
    files = {name: temporary / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("", encoding="utf-8")
    own = {
        **environment,
        **{name: str(file) for name, file in files.items()},
        "GITHUB_ACTION_PATH": str(paths.ROOT),
        "RUNNER_TEMP": str(temporary),
    }
    said, code = "", 0
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        given_to_step = {name: _resolved(value, known) for name, value in step["env"].items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=place, env={**own, **given_to_step}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=500, check=False,
        )  # fmt: skip
        said, code = said + done.stdout, done.returncode
        lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        known |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in outputs.items()}
        files["GITHUB_OUTPUT"].write_text("", encoding="utf-8")
        added = files["GITHUB_PATH"].read_text(encoding="utf-8").split()
        own["PATH"] = ":".join([*reversed(added), environment.get("PATH", os.defpath)])
        if code:
            break
    outputs = {name: _resolved(each["value"], known) for name, each in action["outputs"].items()}
    return Done(code, said, outputs, files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"))


def _resolved(text: str, known: Mapping[str, str]) -> str:
    """With the value of each expression: names, and `||` between them."""

    def value(match: re.Match[str]) -> str:
        return next((known[name] for name in match[1].split(" || ") if known.get(name)), "")

    return _EXPRESSION.sub(value, text)
