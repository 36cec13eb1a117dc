import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from silent import Silent

from clusterbed import services
from clusterbed.stages import Pipeline
from clusterbed.workshop import Workshop
from scalebed.messages import EngineError
from scalebed.paths import ROOT


def write(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(name)
    return folder


def test_the_clone_is_offered_these_wheels_and_no_others(tmp_path: Path) -> None:
    write(tmp_path / "build" / "wheelhouse", "django-5.0.whl", "orjson-3.whl")
    wheels = write(tmp_path / "wheels", "django-5.2.whl", "orjson-3.whl")

    place = services.offer_wheels(tmp_path, wheels)

    assert {wheel.name for wheel in place.iterdir()} == {"django-5.2.whl", "orjson-3.whl"}
    assert (place / "django-5.2.whl").read_text() == "django-5.2.whl"


def test_images_are_called_as_the_chart_asks_for_them(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')

    assert services.image_names(tmp_path, ["fastapi", "naive"]) == {
        "service-fastapi": "scalebed/fastapi:1.2.3",
        "service-naive": "scalebed/naive:1.2.3",
        "service-k6": "scalebed/k6:1.2.3",
    }


def test_peers_are_asked_for_by_name_or_all_at_once() -> None:
    assert services.chosen(ROOT, []) == services.USUAL
    assert services.chosen(ROOT, ["gin", "gin"]) == ("fastapi", "gin", "naive", "optimized")
    assert services.chosen(ROOT, ["all"]) == tuple(services.service_names(ROOT))
    with pytest.raises(EngineError, match="rails is no service of the chart; those are bolt, express"):
        services.chosen(ROOT, ["rails"])


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What images of services are made of, to be changed."""
    left_out = shutil.ignore_patterns("node_modules", "__pycache__", ".*")
    shutil.copytree(ROOT / "apps", tmp_path / "clone" / "apps", ignore=left_out)
    shutil.copytree(ROOT / "charts", tmp_path / "clone" / "charts", symlinks=True)
    shutil.copytree(ROOT / "loadtest", tmp_path / "clone" / "loadtest", ignore=left_out)
    shutil.copytree(ROOT / "k8s" / "images", tmp_path / "clone" / "k8s" / "images")
    return tmp_path / "clone"


def keys(clone: Path) -> Mapping[str, str]:
    """Name → key of each service's image, of what lies in the clone now."""
    shop = Workshop(clone, clone.parent / "cache", Workshop.open(ROOT, ROOT, print).versions, print)
    bases = shop.as_image("base-debian", "", "", lambda _, __: None)
    pipeline = Pipeline([bases, *services.stages(shop)], Silent())
    return {name: pipeline.key(f"service-{name}") for name in services.service_names(clone)}


@pytest.mark.parametrize(
    ("file", "rebuilt"),
    [
        ("apps/peers/gin/main.go", {"gin"}),
        ("apps/peers/core/go/store/reader.go", {"fiber", "gin", "nethttp"}),
        ("apps/peers/fastify/app.js", {"fastify"}),
        ("apps/peers/core/node/rows.js", {"express", "fastify", "nestjs"}),
        ("apps/peers/nestjs/Dockerfile", {"nestjs"}),
    ],
)
def test_an_image_is_made_anew_where_what_it_is_made_of_has_changed(clone: Path, file: str, rebuilt: set[str]) -> None:
    before = keys(clone)
    with (clone / file).open("a") as changed:
        changed.write("\n")

    after = keys(clone)

    assert {name for name in after if after[name] != before[name]} == rebuilt


def test_images_of_python_hold_every_service_s_switches(clone: Path) -> None:
    """The command that makes a clone's objects reads them there, whatever serves."""
    before = keys(clone)
    with (clone / "apps/peers/gin/variant.toml").open("a") as changed:
        changed.write("\n")

    after = keys(clone)

    assert after["naive"] != before["naive"]
    assert after["gin"] != before["gin"]
    assert after["express"] == before["express"]
