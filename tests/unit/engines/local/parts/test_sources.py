"""Which source has changed."""

import os
from pathlib import Path

from scalebed.engines.local.parts.sources import Sources


def test_what_is_written_made_or_removed_is_told_once(tmp_path: Path) -> None:
    folder = tmp_path / "apps" / "shop"
    folder.mkdir(parents=True)
    old = folder / "old.py"
    old.write_text("1")
    (folder / "data.json").write_text("{}")
    sources = Sources(tmp_path / "apps")
    assert sources.changed() is None
    os.utime(old, ns=(1, 1))
    assert sources.changed() == "apps/shop/old.py"
    assert sources.changed() is None
    (folder / "new.py").write_text("2")
    assert sources.changed() == "apps/shop/new.py"
    old.unlink()
    assert sources.changed() == "apps/shop/old.py"
    os.utime(folder / "data.json", ns=(1, 1))
    assert sources.changed() is None
