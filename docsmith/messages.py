"""The Python of protobuf's messages, from the files that describe them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

from scalebed.messages import EngineError

SOURCES = "scalebed/metrics/wire/*.proto"


def modules(root: Path) -> Mapping[Path, str]:
    """Each module and its types, by the path at which it belongs. Raises EngineError where one cannot be made."""
    made: dict[Path, str] = {}
    for source in sorted(root.glob(SOURCES)):
        with tempfile.TemporaryDirectory() as folder:
            known = files("grpc_tools") / "_proto"
            given = [f"-I{root}", f"-I{known}", f"--python_out={folder}", f"--pyi_out={folder}"]
            if protoc.main(["protoc", *given, source.relative_to(root).as_posix()]) != 0:
                raise EngineError(f"{source}: protoc cannot read it; the lines above say why")
            for path in Path(folder).rglob("*_pb2.py*"):
                made[root / path.relative_to(folder)] = path.read_text(encoding="utf-8")
    return made
