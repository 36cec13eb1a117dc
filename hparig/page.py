"""The table of how often the model and the real controller agree, and what it comes to in a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hparig.judging import Tally, summed
from hparig.scraping import Compared
from scalebed.autoscaling.settings import ReleaseName


@dataclass(frozen=True)
class Row:
    """Scenarios of one group. `seed` is what they were drawn from."""

    release: ReleaseName
    seed: str
    group: str
    tally: Tally


def document(rows: Sequence[Row], model: str) -> str:
    """All figures, as JSON."""
    listed = [
        {"release": row.release, "seed": row.seed, "group": row.group, **row.tally.as_json()}
        for row in _ordered(rows, model)
    ]
    return json.dumps({"model": model, "rows": listed}, indent=1) + "\n"


def table(rows: Sequence[Row], model: str, versions: Mapping[ReleaseName, str]) -> str:
    """In Markdown; the last row of each release is over all its scenarios."""
    lines = [
        "| Kubernetes | drawn | group | scenarios | decisions | rescaled | agree | conditions too | left out |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for release in versions:
        own = [row for row in _ordered(rows, model) if row.release == release]
        if not own:
            continue
        name = versions[release].removeprefix("v")
        lines += [_line(name, _drawn(row.seed, model), row.group, row.tally) for row in own]
        after = summed(row.tally for row in own if row.seed == model)
        if after.decisions:
            lines.append(_line(name, "after", "all", after))
        lines.append(_line(f"**{name}**", "all", "all", summed(row.tally for row in own)))
    return "\n".join(lines) + "\n"


def answer(rows: Sequence[Row], model: str, versions: Mapping[ReleaseName, str]) -> str:
    """One sentence of each release, and one more."""
    said, left_out = [], []
    for release, version in versions.items():
        all_of_them = summed(row.tally for row in rows if row.release == release)
        after = summed(row.tally for row in rows if row.release == release and row.seed == model)
        if not all_of_them.decisions:
            continue
        words = (
            f"{all_of_them.agreed:,} of {all_of_them.decisions:,} decisions of {version.removeprefix('v')} "
            f"({_share(all_of_them)})"
        )
        if after.decisions:
            words += (
                f", {after.agreed:,} of the {after.decisions:,} in scenarios that were drawn after the model was frozen"
            )
        said.append(words)
        if all_of_them.left_out:
            agreed = all_of_them.agreed + all_of_them.left_out_agreed
            of = all_of_them.decisions + all_of_them.left_out
            left_out.append(f"{agreed:,} of {of:,} of {version.removeprefix('v')}")
    told = f" With those that are left out it is the model's in {' and '.join(left_out)}." if left_out else ""
    return f"**`desiredReplicas` is the model's in {'; '.join(said)}.**{told}\n"


def scrapes(found: Compared) -> str:
    """One sentence on metrics-server."""
    return (
        f"metrics-server 0.9.0 and its model said the same of {found.agreed:,} of {found.pods:,} pods "
        f"after {found.scrapes} scrapes, {found.with_metric:,} of them with a metric: whether there is one, its time, "
        f"its window and each container's use.\n"
    )


def _ordered(rows: Sequence[Row], model: str) -> list[Row]:
    return sorted(rows, key=lambda row: (row.release, row.seed == model, row.seed, row.group))


def _drawn(seed: str, model: str) -> str:
    return "after" if seed == model else "before"


def _share(tally: Tally) -> str:
    # Cut, not rounded: 100 % is for all of them.
    return f"{int(10_000 * tally.agreed / tally.decisions) / 100:.2f} %"


def _line(release: str, drawn: str, group: str, tally: Tally) -> str:
    return (
        f"| {release} | {drawn} | {group} | {tally.scenarios:,} | {tally.decisions:,} | {tally.rescaled:,} "
        f"| {tally.agreed:,} ({_share(tally)}) | {tally.reasons:,} | {_left_out(tally)} |"
    )


def _left_out(tally: Tally) -> str:
    return f"{tally.left_out:,} ({tally.left_out_agreed:,} agree)" if tally.left_out else "0"
