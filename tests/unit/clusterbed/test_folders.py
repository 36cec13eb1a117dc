import os
from pathlib import Path

import pytest

from clusterbed.folders import FolderProduct
from clusterbed.stages import Made
from scalebed.messages import EngineError


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def fail(folder: Path, _: Made) -> None:
        (folder / "half").touch()
        raise EngineError("out of flour")

    product = FolderProduct(tmp_path, "bread", fail)
    with pytest.raises(EngineError):
        product.make("key", Made({}))

    assert not product.exists("key")
    assert list((tmp_path / "bread").iterdir()) == []


def test_what_nobody_used_for_a_month_goes(tmp_path: Path) -> None:
    product = FolderProduct(tmp_path, "bread", lambda folder, _: (folder / "loaf").touch())
    for key in ("old", "used", "new"):
        product.make(key, Made({}))
    for key in ("old", "used"):
        os.utime(tmp_path / "bread" / key, (0, 0))

    assert product.exists("used")
    product.make("newest", Made({}))

    assert {path.name for path in (tmp_path / "bread").iterdir()} == {"used", "new", "newest"}
    assert (Path(product.location("newest")) / "loaf").is_file()
