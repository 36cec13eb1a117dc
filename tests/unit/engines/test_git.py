from __future__ import annotations

from pathlib import Path

import pytest

from scalebed.engines import git


def test_it_says_what_git_said_last(tmp_path: Path) -> None:
    with pytest.raises(git.GitError, match="fatal: not a git repository"):
        git.ask(tmp_path, "rev-parse", "HEAD")


def test_without_git_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(git.NoGitError, match="No such file"):
        git.ask(tmp_path, "--version")


def test_it_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\nexec sleep 30\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(git.GitError, match=r"git took longer than 0\.2 s"):
        git.ask(tmp_path, "status", patience_s=0.2)
