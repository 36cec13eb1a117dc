"""Runs programs for the stages: output goes to a log, and a failure is one sentence that names it."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scalebed.messages import EngineError


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
        """Run to its end; raises EngineError saying `what` failed, with the last line of the program's own output."""
        words = [str(word) for word in argv]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(f"$ {shlex.join(words)}\n".encode())
            file.flush()
            begun = file.tell()
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
            said = _last(self.path.read_bytes()[begun:].decode("utf-8", "replace"))
            said = said or f"{_name(words)} ended with status {done.returncode} and said nothing"
            raise EngineError(f"{what} failed: {said} (all of it: {self.path})")


@dataclass(frozen=True)
class Answer:
    """What came of asking a program."""

    printed: str | None
    """On standard output, where it ended well."""
    trouble: str = ""
    """Otherwise who failed, and how: the program's own last line, or that it cannot be run or took too long."""


def output(argv: Sequence[str | Path], *, timeout_s: float = 60, env: Mapping[str, str] | None = None) -> str | None:
    """What a program prints, or None where it fails, cannot be run or takes too long."""
    return ask(argv, timeout_s=timeout_s, env=env).printed


def ask(argv: Sequence[str | Path], *, timeout_s: float = 60, env: Mapping[str, str] | None = None) -> Answer:
    """What a program prints, or why it does not."""
    name = _name(argv)
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
    except OSError as error:
        return Answer(None, f"{name} cannot be run ({error.strerror})")
    except subprocess.TimeoutExpired:
        return Answer(None, f"{name} said nothing for {timeout_s:g} s")
    if done.returncode == 0:
        return Answer(done.stdout)
    return Answer(None, _last(done.stderr) or f"{name} ended with status {done.returncode} and said nothing")


def _name(argv: Sequence[str | Path]) -> str:
    return Path(argv[0]).name


def _last(said: str) -> str:
    """The last line that says something."""
    return next((line.strip()[:300] for line in reversed(said.splitlines()) if line.strip()), "")
