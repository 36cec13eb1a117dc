from pathlib import Path

from docsmith import peers
from scalebed import paths

PEER = """
toolchain = "go"
build = ["go", "build"]
serve = ["./service"]
migrate = ["true"]
load = ["true"]
object_switches = ["indexes"]
[switches]
json = "stdlib"
indexes = "on"
pool_size = "4"
[values]
json = ["sonic", "stdlib"]
indexes = ["on", "off"]
pool_size = "1..64"
"""


def written(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name.replace("_go", ".go").replace("_", ".")).write_text(text)
    return folder


def test_a_peer_is_told_with_its_packages_forks_and_lines(tmp_path: Path) -> None:
    folder = tmp_path / "apps" / "peers"
    mod = "module quick\n\ngo 1.21\n\nrequire example.org/web/v3 v3.1.0\n"
    quick = written(folder / "quick", variant_toml=PEER, go_mod=mod, main_go="package main\n\nfunc main() {}\n")
    (quick / "main_test.go").write_text("package main\n" * 50)
    written(quick / "node_modules", left_js="much\n" * 90)
    written(folder / "core" / "go", core_go="package core\n" * 1200)

    page = peers.page(tmp_path)

    row = next(line for line in page.splitlines() if line.startswith("| [quick]"))
    assert row == (
        "| [quick](../../apps/peers/quick/README.md) | example.org/web/v3 3.1.0 | `json` stdlib / sonic, "
        "`pool_size` 4 (1 to 64) | 3 |"
    )
    assert "| `apps/peers/core/go` | 1,200 |" in page


def test_every_peer_has_a_readme_that_the_page_leads_to() -> None:
    page = peers.page(paths.ROOT)
    for folder in (paths.ROOT / "apps" / "peers").iterdir():
        if (folder / "variant.toml").exists():
            assert f"| [{folder.name}](../../apps/peers/{folder.name}/README.md) | " in page
            assert (folder / "README.md").exists()


def test_lines_count_wherever_the_clone_lies(tmp_path: Path) -> None:
    folder = tmp_path / "test" / "apps" / "peers" / "quick"
    (folder / "test").mkdir(parents=True)
    (folder / "app.js").write_text("one\ntwo\n")
    (folder / "test" / "app.test.js").write_text("three\n")
    assert peers._lines(folder) == 2
