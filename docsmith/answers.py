"""The page and the schemas of what commands print with `--json`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scalebed.cli import AnswerName
from scalebed.cli.answers import ANSWERS, answer_schema

_BEGINNING = """\
# What `--json` prints

One object on stdout, in UTF-8, and nothing else; lines on how work goes on, and tables for people, go to stderr. The
exit code is the same as without `--json` ([which](exit-codes.md)), and the object has it where it is not always 0.
Where a command refuses with 2 or is interrupted (130), stdout stays empty, and stderr has the sentence.

`schema_version` is another one where a key is gone or means something else; keys may be added. Each object has a
schema, which an installed copy prints as well: `scalebed schema run`. What is no finite number is null.

| command | schema | what it holds |
|---|---|---|
"""
_HOLDS: Mapping[AnswerName, str] = {
    "check": "each service: whether it works, what it answered, what failed",
    "compare": "every quantity before and after, limits, sentences",
    "doctor": "what this machine has, can do, and lacks",
    "experiments": "the shipped experiments",
    "forecast": "what an autoscaler will make of a load: seconds out of the SLO, replica-seconds, other ways beside it",
    "hpa-replay": "each sync: what the model decides, and what was seen",
    "init": "the files that were written, and what could not be told",
    "lines": "requests, errors and percentiles by endpoint; what is missing",
    "queries": "times and speed-ups of each question, what each strategy costs",
    "report": "the same as `run`; with `--price` what replicas cost",
    "rerun": "a load before and after a service was scaled",
    "run": "the answer, every cell with its figures, comparisons, faults, every repetition",
    "scenario": "each scenario: figures and ratios of its variants, what was checked",
    "scenarios": "the scenarios that there are",
    "setup": "the programs that were found or built",
    "tune": "settings of an autoscaler that no other beats, three to choose from, and what they do on each load",
}
_TYPED: Mapping[AnswerName, str] = {"hpa-replay": "hpa replay", "scenario": "scenario NUMBER", "scenarios": "scenario"}
_END = """
`export` writes tables for programs by `--format` ([which](tables.md)), `schema` prints JSON as it is. `serve` and
`down` have no answer to print.
"""


def page() -> str:
    """All commands with an answer."""
    rows = "".join(
        f"| `{_TYPED.get(name, name)}` | [{name}](json/{name}.schema.json) | {_HOLDS[name]} |\n" for name in ANSWERS
    )
    return f"{_BEGINNING}{rows}{_END}"


def files(folder: Path) -> Mapping[Path, str]:
    """The page in a folder, and the schemas below it."""
    schemas = {folder / "json" / f"{name}.schema.json": answer_schema(name) for name in ANSWERS}
    return {folder / "json.md": page(), **schemas}
