"""The Python sources of services, and which of them has changed."""

from __future__ import annotations

from pathlib import Path


class Sources:
    """All in one folder, by when each was last written: a look takes milliseconds, and no file system is too odd."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known = self._look()

    def changed(self) -> str | None:
        """One that was changed, made or removed since the last call, within the folder; None where none was."""
        now = self._look()
        different = sorted(path for path, _ in now.items() ^ self._known.items())
        self._known = now
        return str(different[0].relative_to(self._folder.parent)) if different else None

    def _look(self) -> dict[Path, int]:
        found = {}
        for path in self._folder.rglob("*.py"):
            try:
                found[path] = path.stat().st_mtime_ns
            except FileNotFoundError:  # removed meanwhile
                continue
        return found
