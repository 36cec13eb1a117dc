"""Runs programs for the stages: output goes to a log, and a failure is one sentence that names it."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scalebed.engines.local.k6_build import last_line
from scalebed.ports import EngineError


@dataclass(frozen=True)
class Log:
    """One stage's log file; what ran before stays in it until `begin`."""

    path: Path

    def begin(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(b"")

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        what: str,
        folder: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: int | None = None,
    ) -> None:
        """Run to its end; raises EngineError saying `what` failed, with the last line of output."""
        words = [str(word) for word in argv]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(f"$ {shlex.join(words)}\n".encode())
            file.flush()
            try:
                done = subprocess.run(
                    words,
                    cwd=folder,
                    env=dict(env) if env is not None else None,
                    stdin=subprocess.DEVNULL if stdin is None else stdin,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    check=False,
                )
            except OSError as error:
                raise EngineError(f"{what} failed: {words[0]} cannot be run ({error.strerror})") from error
        if done.returncode != 0:
            raise EngineError(f"{what} failed: {last_line(self.path)} (all of it: {self.path})")


def output(argv: Sequence[str | Path], *, timeout_s: float = 60, env: Mapping[str, str] | None = None) -> str | None:
    """What a program prints, or None where it fails, cannot be run or takes too long."""
    try:
        done = subprocess.run(
            [str(word) for word in argv],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            env={**os.environ, **env} if env else None,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
