import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterbed.stages import Made, Pipeline, Stage, digest, digest_of_files, is_source
from scalebed.messages import EngineError


class Silent:
    """Remembers what was announced."""

    def __init__(self) -> None:
        self.worked: list[str] = []

    def plan(self, stages: Sequence[Stage]) -> None: ...

    @contextmanager
    def working(self, number: int, total: int, stage: Stage) -> Iterator[None]:
        self.worked.append(f"{number}/{total} {stage.name}")
        yield


class Shelf:
    """Keeps what is made in memory, and can fail once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.there: set[str] = set()
        self.broken = False

    def exists(self, key: str) -> bool:
        return key in self.there

    def location(self, key: str) -> str:
        return f"/{self.name}/{key}"

    def make(self, key: str, made: Made) -> None:
        if self.broken:
            raise EngineError(f"{self.name} broke")
        self.there.add(key)


class Shop:
    """base ← program ← image, and a tool beside them."""

    def __init__(self) -> None:
        self.shelves = {name: Shelf(name) for name in ("base", "program", "image", "tool")}
        self.recipes = dict.fromkeys(self.shelves, "1")

    def pipeline(self) -> tuple[Pipeline, Silent]:
        needs = {"program": ("base",), "image": ("program", "base")}
        stages = [
            Stage(name, name, self.recipes[name], shelf, needs.get(name, ())) for name, shelf in self.shelves.items()
        ]
        silent = Silent()
        return Pipeline(stages, silent), silent


def test_needs_come_first_and_nothing_that_is_not_wanted() -> None:
    pipeline, silent = Shop().pipeline()

    made = pipeline.make(["image"])

    assert silent.worked == ["1/3 base", "2/3 program", "3/3 image"]
    assert made.image("image") == f"/image/{pipeline.key('image')}"
    assert made.folder("base") == Path(f"/base/{pipeline.key('base')}")


def test_what_is_there_is_not_made_again_nor_what_it_was_made_of() -> None:
    shop = Shop()
    shop.pipeline()[0].make(["image"])
    shop.shelves["base"].there.clear()
    pipeline, silent = shop.pipeline()

    pipeline.make(["image"])

    assert silent.worked == []


def test_a_change_makes_anew_what_depends_on_it_and_nothing_else() -> None:
    shop = Shop()
    shop.pipeline()[0].make(["image", "tool"])
    shop.recipes["program"] = "2"
    pipeline, silent = shop.pipeline()

    pipeline.make(["image", "tool"])

    assert silent.worked == ["1/2 program", "2/2 image"]


def test_after_a_failure_it_goes_on_where_it_stopped() -> None:
    shop = Shop()
    shop.shelves["program"].broken = True
    with pytest.raises(EngineError, match="program broke"):
        shop.pipeline()[0].make(["image"])
    shop.shelves["program"].broken = False
    pipeline, silent = shop.pipeline()

    pipeline.make(["image"])

    assert silent.worked == ["1/2 program", "2/2 image"]


def test_what_another_builder_made_meanwhile_is_not_made_again() -> None:
    shelf = Shelf("bread")

    @contextmanager
    def wait_for_the_other(name: str) -> Iterator[None]:
        shelf.there.add(pipeline.key(name))
        shelf.broken = True
        yield

    pipeline = Pipeline([Stage("bread", "bread", "", shelf)], Silent(), wait_for_the_other)

    assert pipeline.make(["bread"]).folder("bread") == Path(f"/bread/{pipeline.key('bread')}")


def test_a_stage_that_needs_itself_is_named() -> None:
    stages = [Stage("a", "a", "", Shelf("a"), ("b",)), Stage("b", "b", "", Shelf("b"), ("a",))]

    with pytest.raises(EngineError, match="stage a needs itself, by way of a and b"):
        Pipeline(stages, Silent())


def test_a_need_that_is_no_stage_is_named() -> None:
    with pytest.raises(EngineError, match="stage a needs b, which is no stage"):
        Pipeline([Stage("a", "a", "", Shelf("a"), ("b",))], Silent())


@given(st.lists(st.text()), st.lists(st.text()))
def test_different_parts_have_different_digests(one: list[str], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


def test_a_digest_of_files_tells_names_modes_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "a"
    file.write_text("1")
    seen = [digest_of_files(tmp_path, [folder])]

    file.write_text("2")
    seen.append(digest_of_files(tmp_path, [folder]))
    file.chmod(0o755)
    seen.append(digest_of_files(tmp_path, [folder]))
    file.rename(folder / "b")
    seen.append(digest_of_files(tmp_path, [folder]))

    assert len(set(seen)) == len(seen)
    os.utime(folder / "b", (0, 0))
    assert digest_of_files(tmp_path, [folder / "b"]) == seen[-1]


@pytest.mark.parametrize("path", ["apps/.env", "apps/.mypy_cache/x.json", "apps/__pycache__/a.pyc", "apps/a.pyc"])
def test_what_tools_leave_is_no_source(path: str) -> None:
    assert not is_source(Path(path))
    assert is_source(Path("apps/naive/manage.py"))
