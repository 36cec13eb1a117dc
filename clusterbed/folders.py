"""Stages whose result is a folder in the cache, built beside its place and renamed into it when whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from clusterbed.stages import Made, age_days

_KEPT_DAYS = 30
"""Other clones may share the cache; what none of them used for this long goes."""

Build = Callable[[Path, Made], None]
"""Fills an empty folder."""


class FolderProduct:
    """`root`/NAME/KEY."""

    def __init__(self, root: Path, name: str, build: Build) -> None:
        self._root = root / name
        self._build = build

    def exists(self, key: str) -> bool:
        found = (self._root / key).is_dir()
        if found:
            (self._root / key).touch()
        return found

    def location(self, key: str) -> str:
        return str(self._root / key)

    def make(self, key: str, made: Made) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        # One builder at a time: whatever is half built was killed.
        for half in self._root.glob(".build-*"):
            shutil.rmtree(half, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".build-", dir=self._root) as work:
            folder = Path(work) / key
            folder.mkdir()
            self._build(folder, made)
            folder.rename(self._root / key)
        for old in self._root.iterdir():
            if age_days(old) > _KEPT_DAYS:
                shutil.rmtree(old, ignore_errors=True)
