"""The stack that contract tests run against: several variants at once."""

from pathlib import Path

import psutil
import pytest
from stack import stack

from scalebed.messages import EngineError
from tests.local import rooms

pytestmark = pytest.mark.xdist_group("engine")


def test_variants_run_side_by_side_on_rows_of_their_own(root: Path, cache: Path) -> None:
    before = set(psutil.Process().children(recursive=True))

    with stack({"tiny": {}, "tiny-indexed": {"index": "on"}}, contacts=300, root=root, cache=cache) as urls:
        assert urls.keys() == {"tiny", "tiny-indexed"}
        rooms.get(f"{urls['tiny']}/add")
        assert [rooms.get(f"{url}/count") for url in urls.values()] == [301, 300]
        assert [rooms.get(f"{url}/indexes") for url in urls.values()] == [0, 1]
        caches = [rooms.get(f"{url}/about")["cache"] for url in urls.values()]
        assert len(set(caches)) == 2

    assert not set(psutil.Process().children(recursive=True)) - before
    assert not list((cache / "run").glob("stack-*"))


def test_an_unknown_variant_is_one_sentence(root: Path, cache: Path) -> None:
    with pytest.raises(EngineError, match=r"absent: no folder of apps/"), stack({"absent": {}}, root=root, cache=cache):
        pass
