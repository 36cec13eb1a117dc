"""Print how large the images of services are, unpacked: the base that those of a language share, and what is their own.

    ./scripts/airgap/images --service all
    python benchmarks/images.py

With --out the table goes into a folder.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clusterbed import bases, services
from scalebed.paths import ROOT

MB = 10**6
BASES = (bases.PYTHON, bases.NODEJS, bases.SLIM)


@dataclass(frozen=True)
class Image:
    """An image: bytes in all, and its layers from the lowest up."""

    size: int
    layers: Sequence[str]

    def stands_on(self, base: Image) -> bool:
        """Whether its lowest layers are those of the other."""
        return list(self.layers[: len(base.layers)]) == list(base.layers)


def docker(*words: str) -> str:
    """What it prints; where it fails, that is the end, with what it says."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(
            f"docker {' '.join(words[:2])}: {done.stderr.strip()}; ./scripts/airgap/images --service all makes them"
        )
    return done.stdout


def read(name: str) -> Image:
    """An image as Docker has it."""
    told = docker("image", "inspect", "--format", '{"size":{{.Size}},"layers":{{json .RootFS.Layers}}}', name)
    return Image(**json.loads(told))


def stage_of(name: str) -> str:
    """The stage that made the image of this name."""
    return name.rpartition("/")[2].partition(":")[0]


def table() -> Iterator[str]:
    """Markdown, the smallest first."""
    listed = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split()
    found = {name: read(name) for name in listed if stage_of(name) in BASES}
    rows = []
    for service in services.service_names(ROOT):
        image = read(services.image_names(ROOT, [service])[f"service-{service}"])
        # Node's stands on the slim one.
        size, base = max((base.size, stage_of(name)) for name, base in found.items() if image.stands_on(base))
        cells = [service, base.removeprefix("base-"), f"{image.size / MB:.0f}", f"{(image.size - size) / MB:.0f}"]
        rows.append((image.size, f"| {' | '.join(cells)} |"))
    yield "| Image of | base | MB in all | MB of its own |"
    yield "|---|---|--:|--:|"
    yield from (line for _, line in sorted(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    lines = list(table())
    print(*lines, sep="\n")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "images.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
