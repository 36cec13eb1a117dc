"""What the engine's real tests share: a clone with the tiny service, and a cache and an engine of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalebed.engines.local.engine import LocalEngine
from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.isolation.quota import find_quota
from scalebed.paths import ROOT
from tests.local import rooms


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which the tiny service is the only one, with this clone's load scripts."""
    made = tmp_path_factory.mktemp("root")
    (made / "apps").symlink_to(rooms.FAKE_ROOT / "apps")
    (made / "loadtest").symlink_to(ROOT / "loadtest")
    return made


@pytest.fixture(scope="session")
def cache() -> Iterator[Path]:
    """A cache with nothing loaded in it."""
    folder = rooms.make_cache()
    _remove(folder / "postgres")
    yield folder
    for name in ("postgres", "run"):
        _remove(folder / name)


@pytest.fixture
def group() -> Iterator[Group]:
    """A group of this host's, with whatever limits it lets one set."""
    made = find_quota().group("test", limited=True)
    yield made
    made.remove()


def _remove(folder: Path) -> None:
    """At once by its name: what is interrupted half-way would look whole to the next."""
    going = folder.with_name(f"{folder.name}.going")
    shutil.rmtree(going, ignore_errors=True)
    if folder.exists():
        folder.rename(going)
    shutil.rmtree(going, ignore_errors=True)


@pytest.fixture
def engine(root: Path, cache: Path) -> Iterator[LocalEngine]:
    """An engine that is closed when the test is over."""
    made = LocalEngine(root, cache, lambda line: None)
    yield made
    made.close()
