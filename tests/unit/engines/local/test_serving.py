from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scalebed.engines.local import serving
from scalebed.messages import EngineError
from scalebed.provision.builds import Build, source_key


def test_a_built_service_is_not_said_to_serve_what_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "apps" / "peers" / "quick" / "api.py"
    source.parent.mkdir(parents=True)
    source.write_text("old = 1\n")
    build = Build("quick", tmp_path / "apps", source.parent, (), ("true",), "python")
    texts = ["old = 1\n", "new = 1\n", "new = 1\n"]

    def ended() -> list[Any]:
        if not texts:
            raise EngineError("enough")
        if source.read_text() != (text := texts.pop(0)):
            source.write_text(text)
        return []

    said: list[str] = []
    monkeypatch.setattr(serving, "LOOK_S", 0)
    monkeypatch.setattr(serving, "stop_and_start", lambda *_: pytest.fail("It would be the same again."))
    served = serving.Serving(tmp_path, tmp_path / "cache", said.append)
    rig: Any = SimpleNamespace(processes=SimpleNamespace(ended=ended))
    running: Any = SimpleNamespace(replicas={"quick": [SimpleNamespace()]})
    served._rig, served._running = rig, running
    served._built = {"quick": (build, source_key(build, ""))}
    with pytest.raises(EngineError, match="enough"):
        served.watch()
    assert said == [
        "apps/peers/quick/api.py has changed.",
        "quick goes on as it was built; serve again to build it from what has changed.",
    ]
