"""What `doctor`, `setup` and `queries` do on this machine."""

from __future__ import annotations

from pathlib import Path

from scalebed import paths
from scalebed.cli.console import ERR, OUT, say, stopping_once, whisper
from scalebed.cli.documents.machine import DoctorDocument, PartRow, SetupDocument, SymptomRow
from scalebed.documents import show
from scalebed.engines.local import doctor as examination
from scalebed.provision.cache_folder import ready_cache
from scalebed.provision.named_k6 import find_k6
from scalebed.provision.servers import EVERY, find_part
from scalebed.queries import comparison
from scalebed.queries.document import document


def doctor(*, as_json: bool = False) -> bool:
    """Say what this machine has, can do, and lacks; whether all that is needed is there."""
    symptoms = examination.examine(paths.ROOT, ready_cache(), whisper)
    well = all(symptom.status != "missing" for symptom in symptoms)
    if as_json:
        rows = tuple(SymptomRow(status=each.status, what=each.what, found=each.found) for each in symptoms)
        show(DoctorDocument(symptoms=rows, exit_code=int(not well)))
    else:
        OUT.print(examination.as_table(symptoms))
    return well


def setup(*, as_json: bool = False) -> None:
    """Find or build every part, and say what was found."""
    cache, console = ready_cache(), ERR if as_json else OUT
    k6 = find_k6(cache, paths.ROOT / "loadtest" / "extension", whisper)
    console.print(f"k6 {k6}", highlight=False, soft_wrap=True)
    rows = []
    for name in EVERY:
        part = find_part(name, cache, whisper)
        console.print(f"{name} {part.version} ({part.source})", highlight=False, soft_wrap=True)
        rows.append(PartRow(name=name, version=part.version, path=str(part.path), source=part.source))
    if as_json:
        show(SetupDocument(k6=str(k6), parts=tuple(rows)))


def queries(
    variants: str,
    strategies: str,
    *,
    contacts: int,
    seed: int,
    blocks: int,
    budget_s: float,
    out: Path | None,
    fresh: bool,
    as_json: bool = False,
) -> None:
    """Compare strategies of database objects, and say what it found."""
    study = comparison.study(variants, strategies, contacts=contacts, seed=seed, blocks=blocks, budget_s=budget_s)
    console, tell = (ERR, whisper) if as_json else (OUT, say)
    with stopping_once():
        findings, directory = comparison.compare(study, out, fresh, tell)
    path = directory.path / "report.md"
    console.print(comparison.sentence(findings), markup=False, highlight=False)
    console.print(f"Report: {path}", soft_wrap=True, highlight=False, markup=False)
    if as_json:
        show(document(findings, directory.path, path))
