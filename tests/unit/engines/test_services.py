from pathlib import Path

import pytest

from scalebed import paths
from scalebed.engines.services import base_environment, read_service
from scalebed.messages import EngineError

WHOLE = """
serve = "gunicorn config.wsgi --bind '$BIND'"
migrate = ["python", "manage.py", "migrate"]
load = "python manage.py generate_data"
objects = "python manage.py objects"
object_switches = ["indexes"]
[switches]
indexes = true
cache = "off"
"""


def root_with(tmp_path: Path, text: str) -> Path:
    (tmp_path / "apps" / "shop").mkdir(parents=True)
    (tmp_path / "apps" / "shop" / "variant.toml").write_text(text)
    return tmp_path


def test_commands_and_switches_are_read(tmp_path: Path) -> None:
    service = read_service(root_with(tmp_path, WHOLE), "shop")

    assert service.serve == ("gunicorn", "config.wsgi", "--bind", "$BIND")
    assert service.migrate == ("python", "manage.py", "migrate")
    assert service.objects == ("python", "manage.py", "objects")
    assert service.switches == {"indexes": "true", "cache": "off"}
    assert service.folder == tmp_path / "apps" / "shop"
    assert service.rows == "own"


def test_only_what_differs_is_passed_on(tmp_path: Path) -> None:
    service = read_service(root_with(tmp_path, WHOLE), "shop")

    assert service.changed({"cache": "keys", "indexes": "true"}) == "cache=keys"
    assert service.changed({}) == ""
    assert service.object_choice({"cache": "keys"}) == {"indexes": "true"}


def test_a_peer_is_a_service_too(tmp_path: Path) -> None:
    root = root_with(tmp_path, WHOLE)
    folder = root / "apps" / "peers" / "quick"
    folder.mkdir(parents=True)
    (folder / "variant.toml").write_text(WHOLE)

    assert read_service(root, "quick").folder == folder
    with pytest.raises(EngineError, match=r"apps/peers/quick: cash is no switch"):
        read_service(root, "quick").effective({"cash": "off"})
    with pytest.raises(EngineError, match=r"naif is no service; the services are: quick, shop"):
        read_service(root, "naif")


def test_an_unknown_switch_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    service = read_service(root_with(tmp_path, WHOLE), "shop")

    with pytest.raises(EngineError, match=r"apps/shop: cash is no switch of this service.*cache, indexes"):
        service.effective({"cash": "off"})


def test_a_value_that_is_none_of_those_declared_is_refused_with_them(tmp_path: Path) -> None:
    declared = WHOLE + 'size = "4"\n[values]\ncache = ["off", "bytes"]\nsize = "1..16"\n'
    service = read_service(root_with(tmp_path, declared), "shop")

    assert service.changed({"cache": "bytes", "size": "16", "indexes": "whatever"}).count("=") == 3
    with pytest.raises(EngineError, match=r"cache cannot be 'keys'; it can be: off, bytes"):
        service.effective({"cache": "keys"})
    for size in ("0", "17", "04", "many"):
        with pytest.raises(EngineError, match=rf"size cannot be '{size}'; it can be: 1 to 16"):
            service.effective({"size": size})


def test_a_missing_service_is_refused_with_those_there(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"naif is no service; the services are: shop"):
        read_service(root_with(tmp_path, WHOLE), "naif")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("serve = ", "is not TOML"),
        (WHOLE + '[values]\ncache = "many"\n', "values.cache must be a list of words, or whole numbers such as 1..64"),
        (WHOLE + '[values]\ncache = ["bytes"]\n', "values.cache must hold the default of a switch of this name"),
        (WHOLE.replace("migrate", "migrated", 1), "migrate must be a command"),
        (WHOLE.replace('["indexes"]', '["pool"]'), "object_switches names pool, which is no switch"),
        (WHOLE.replace('"python manage.py objects"', "3"), "objects must be a command"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(EngineError, match=sentence):
        read_service(root_with(tmp_path, text), "shop")


def test_a_service_sees_the_shared_folders_and_not_the_testbed(tmp_path: Path) -> None:
    assert base_environment(tmp_path)["PYTHONPATH"] == str(tmp_path / "apps")


def test_rows_are_shared_where_a_service_says_so(tmp_path: Path) -> None:
    assert read_service(root_with(tmp_path / "a", 'rows = "shared"' + WHOLE), "shop").rows == "shared"
    with pytest.raises(EngineError, match=r"rows must be shared \(those of apps/dataset\) or own, not 'mine'"):
        read_service(root_with(tmp_path / "b", 'rows = "mine"' + WHOLE), "shop")


@pytest.mark.parametrize("name", ["naive", "optimized", "fastapi"])
def test_the_shipped_services_share_their_rows(name: str) -> None:
    assert read_service(paths.ROOT, name).rows == "shared"


BUILT = f"""
build = "go build"
sources = ["../../contract/contract.toml"]
toolchain = "go"
{WHOLE}"""


def peer_with(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "apps" / "peers" / "quick"
    folder.mkdir(parents=True)
    (folder / "variant.toml").write_text(text)
    return tmp_path


def test_what_a_service_is_built_from_is_read(tmp_path: Path) -> None:
    build = read_service(peer_with(tmp_path, BUILT), "quick").build
    assert build is not None
    assert (build.name, build.argv, build.toolchain) == ("quick", ("go", "build"), "go")
    assert build.sources == (tmp_path / "apps" / "contract" / "contract.toml",)
    assert build.folder == tmp_path / "apps" / "peers" / "quick"
    assert read_service(root_with(tmp_path / "other", WHOLE), "shop").build is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('toolchain = "go"', 'toolchain = "cargo"', "toolchain must be go or node or python, for build, not 'cargo'"),
        ('toolchain = "go"', "", "toolchain must be go or node or python, for build, not None"),
        ("../../contract/contract.toml", "../../../README.md", "README.md, which is not in"),
        ('build = "go build"', "build = []", "build must be a command"),
    ],
)
def test_a_build_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(EngineError, match=said):
        read_service(peer_with(tmp_path, BUILT.replace(old, new)), "quick")
