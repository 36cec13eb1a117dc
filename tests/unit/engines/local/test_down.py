from pathlib import Path

from scalebed.engines.local.down import down


def test_purge_removes_what_builds_left(tmp_path: Path) -> None:
    program = tmp_path / "services" / "quick" / "0123" / "peers" / "quick" / "service"
    program.parent.mkdir(parents=True)
    program.touch()
    down(tmp_path, lambda line: None)
    assert program.exists()
    said: list[str] = []
    down(tmp_path, said.append, purge=True)
    assert not (tmp_path / "services").exists()
    assert said == ["Nothing was left running.", "Removed every loaded database, and every service that was built."]
