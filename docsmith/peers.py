"""The peers: what each is built on, its forks in the road, and how much of it is its own, as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from docsmith.markdown import table
from scalebed.engines.services import Service, read_peers
from scalebed.provision import builds
from scalebed.requirements import read_pins

_SOURCES = frozenset({".go", ".js", ".ts", ".py"})
_NOT_ITS_OWN = frozenset({"node_modules", "__pycache__", "dist", "test"})
_CORE = Path("apps") / "peers" / "core"
_BEGINNING = """\
# The peers

Services of other frameworks beside Django's, on the same rows and statements. `fastapi` serves the whole
[contract](../../apps/README.md), the others its [core](../../apps/README.md#the-core); the contract tests hold each of
them to it, with every value of every switch. [`peers-all.yaml`](../../loadtest/experiments/peers-all.yaml) measures
them side by side, and [a how-to](../how-to/add-a-peer.md) says how one more joins.

Lines are those of its sources without tests and without what the peers of a language share. What they are built of is
under [these licences](licences.md)."""


def page(root: Path) -> str:
    """All of them, as Markdown."""
    rows = [_row(root, service) for service in read_peers(root)]
    shared = [[f"`{_CORE / name}`", f"{lines:,}"] for name, lines in _shared(root)]
    parts = [
        _BEGINNING,
        table(["peer", "built on", "forks in the road, default first", "lines"], rows),
        "What they share, by language:",
        table(["folder", "lines"], shared),
    ]
    return "\n\n".join(parts) + "\n"


def _row(root: Path, service: Service) -> Sequence[str]:
    link = f"[{service.name}](../../{service.place}/README.md)"
    # A folder beside it that is chosen by an index is the database's fork, the same for all.
    own = {name: values for name, values in service.values.items() if name not in service.object_switches}
    forks = ", ".join(f"`{name}` {_choice(service.switches[name], values)}" for name, values in own.items())
    return [link, ", ".join(_built_on(root, service)), forks, f"{_lines(service.folder):,}"]


def _choice(default: str, values: Sequence[str] | range) -> str:
    if isinstance(values, range):
        return f"{default} ({values[0]} to {values[-1]})"
    return " / ".join([default, *(value for value in values if value != default)])


def _built_on(root: Path, service: Service) -> Iterator[str]:
    if service.build is not None:
        for name, version in sorted(builds.packages(service.build).items()):
            yield f"{name} {version.removeprefix('v')}"
        return
    locks = (service.folder, root / "apps" / "peers", root)
    for lock in (folder / "requirements.lock" for folder in locks):
        pins = read_pins(lock.read_text(encoding="utf-8")) if lock.exists() else {}
        if named := {service.name, f"django-{service.name}"} & pins.keys():
            for name in sorted(named):
                yield pins[name].text.split(" ", 1)[0].replace("==", " ")
            return


def _shared(root: Path) -> Iterator[tuple[str, int]]:
    for folder in sorted((root / _CORE).iterdir()):
        if folder.is_dir() and (lines := _lines(folder)):
            yield folder.name, lines


def _lines(folder: Path) -> int:
    # Within the folder: the clone may lie in one that is called `test`.
    sources = (path for path in folder.rglob("*") if path.suffix in _SOURCES)
    kept = (path for path in sources if not _NOT_ITS_OWN & set(path.relative_to(folder).parts))
    own = (path for path in kept if not path.name.endswith("_test.go"))
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in own)
