"""A script of the user's own on its way to the runners: all that it imports and opens, packed into ConfigMaps.

Its files come to lie where they lie here, so that whatever way a script names them holds there too. They are packed, as
a ConfigMap holds neither folders nor more than a MiB; an init container of each runner unpacks them.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scalebed.engines.kubernetes.api.client import Json
from scalebed.engines.kubernetes.api.paths import OURS
from scalebed.engines.kubernetes.load.testruns import plain
from scalebed.messages import EngineError

ENTRY = PurePosixPath("/tmp/scalebed/entry.js")  # noqa: S108 - in the runner's own container
"""The file by which the script is run. `/tmp` is every runner's own."""
_PART = 700 * 1024
"""Bytes in one ConfigMap: base64 makes a third more of them, and a request may have a MiB and a half."""
_PARTS = 40
_PLACE = "/bundle"
_UNPACK = f"cat {_PLACE}/part-* | tar -xzf - -C / --no-same-owner"
_SYSTEM = frozenset(
    {"/", "/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/usr/bin", "/usr/lib"}
    | {"/usr/local", "/usr/local/bin", "/usr/sbin", "/var", _PLACE}
)
"""Folders in which a runner's image has what it needs."""


@dataclass(frozen=True)
class Bundle:
    """Implements `Script`. `config_maps` hold the files; `secret`, if any, what stands in no other place."""

    config_maps: tuple[Json, ...]
    folders: tuple[str, ...]
    """Topmost, in which its files lie."""
    variables: Mapping[str, str]
    secret: Json | None = None

    def put_into(self, spec: Json, workload: str) -> None:
        spec["script"] = {"localFile": str(ENTRY)}
        runner = spec["runner"]
        sources = [{"configMap": {"name": each["metadata"]["name"]}} for each in self.config_maps]
        mounts = [{"name": f"files-{n}", "mountPath": folder} for n, folder in enumerate(self.folders)]
        runner.setdefault("volumes", []).append({"name": "bundle", "projected": {"sources": sources}})
        runner["volumes"] += [{"name": mount["name"], "emptyDir": {}} for mount in mounts]
        mounts = [*runner.get("volumeMounts", []), *mounts]
        runner["volumeMounts"] = mounts
        unpack = {
            "name": "unpack",
            "image": runner["image"],
            "command": ["sh", "-c", _UNPACK],
            "volumeMounts": [*mounts, {"name": "bundle", "mountPath": _PLACE, "readOnly": True}],
        }
        runner["initContainers"] = [unpack]

    def environment(self) -> list[Json]:
        told = [plain(name, value) for name, value in self.variables.items()]
        if self.secret is None:
            return told
        name = self.secret["metadata"]["name"]
        return told + [
            {"name": key, "valueFrom": {"secretKeyRef": {"name": name, "key": key}}} for key in self.secret["data"]
        ]


def bundle(
    files: Iterable[Path], entry: str, variables: Mapping[str, str], secrets: Mapping[str, str], run: str
) -> Bundle:
    """All that a script is made of. `entry` is the text of the file by which it is run, `run` a word of this run's own.

    Raises EngineError where a file cannot be read, lies where a runner has something of its own, or all are too large.
    """
    places = sorted({file.absolute() for file in files})
    packed = _packed(places, entry)
    parts = [packed[begin : begin + _PART] for begin in range(0, len(packed), _PART)]
    if len(parts) > _PARTS:
        raise EngineError(
            f"load: the script and what it opens are {len(packed):,} bytes packed, and {_PARTS * _PART:,} reach a "
            "cluster's runners: make its data smaller"
        )
    digest = hashlib.sha256(packed).hexdigest()[:10]
    maps = []
    for number, part in enumerate(parts):
        name = f"scalebed-k6-{run}-{digest}-{number}"
        maps.append(_made("ConfigMap", name) | {"binaryData": {f"part-{number:02}": _base64(part)}})
    secret = None
    if secrets:
        secret = _made("Secret", f"scalebed-k6-{run}") | {"type": "scalebed/load"}
        secret["data"] = {key: _base64(value.encode()) for key, value in secrets.items()}
    return Bundle(tuple(maps), _topmost(places), variables, secret)


def _made(kind: str, name: str) -> Json:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "labels": dict(OURS)}}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _packed(places: Iterable[Path], entry: str) -> bytes:
    """The same bytes of the same files, whenever they are packed."""
    made = io.BytesIO()
    with gzip.GzipFile(fileobj=made, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as archive:
        _add(archive, ENTRY, entry.encode())
        for place in places:
            try:
                content = place.read_bytes()
            except OSError as error:
                raise EngineError(f"load: {place} cannot be read ({error.strerror}); let it be readable") from error
            _add(archive, PurePosixPath(place), content)
    return made.getvalue()


def _add(archive: tarfile.TarFile, place: PurePosixPath, content: bytes) -> None:
    member = tarfile.TarInfo(str(place.relative_to("/")))
    member.size = len(content)
    member.mode = 0o644
    archive.addfile(member, io.BytesIO(content))


def _topmost(places: Iterable[Path]) -> tuple[str, ...]:
    """Folders of which none lies in another; what is beneath `/tmp` needs none."""
    folders = sorted({place.parent for place in places}, key=lambda folder: len(folder.parts))
    found: list[Path] = []
    for folder in folders:
        if str(folder) in _SYSTEM:
            raise EngineError(
                f"load: the script has files in {folder}, where a runner has its own: put them into another folder"
            )
        if folder.parts[:2] != ENTRY.parts[:2] and not any(folder.is_relative_to(other) for other in found):
            found.append(folder)
    return tuple(map(str, found))
