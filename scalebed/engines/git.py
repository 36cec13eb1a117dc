"""git, asked about the repository that a folder is in, whatever one the caller's environment names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PATIENCE_S = 300.0
_OF_A_REPOSITORY = frozenset({
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_CEILING_DIRECTORIES",
})  # fmt: skip
"""Variables by which a hook, for one, has git look at another repository than the one that it is asked about."""


class GitError(Exception):
    """git gave no answer. Its text is the last line that git said; empty where it said nothing."""


class NoGitError(GitError):
    """git cannot be run."""


def ask(folder: Path, *words: str, patience_s: float = PATIENCE_S) -> str:
    """What git answers in this folder: in English, without hooks, and without a lock that it does not need. Raises
    GitError."""
    env = {name: value for name, value in os.environ.items() if name not in _OF_A_REPOSITORY}
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", "-c", "core.hooksPath=/dev/null", "-C", str(folder), *words],
            env={**env, "LC_ALL": "C"}, capture_output=True, text=True, timeout=patience_s, check=False,
        )  # fmt: skip
    except OSError as error:
        raise NoGitError(error.strerror) from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git took longer than {patience_s:g} s") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise GitError(said[-1] if said else "")
    return done.stdout.strip()
