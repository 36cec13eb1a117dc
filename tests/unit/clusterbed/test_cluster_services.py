from pathlib import Path

from clusterbed import services


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


def test_every_service_that_the_chart_installs_has_an_image(tmp_path: Path) -> None:
    write(tmp_path / "apps" / "naive", "Dockerfile")
    write(tmp_path / "apps" / "peers" / "gin", "Dockerfile")
    write(tmp_path / "charts" / "webapp" / "overlays", "naive.yaml", "fastapi.yaml")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')

    assert services.image_names(tmp_path) == {
        "service-fastapi": "scalebed/fastapi:1.2.3",
        "service-naive": "scalebed/naive:1.2.3",
        "service-k6": "scalebed/k6:1.2.3",
    }
