"""What `doctor`, `setup` and `queries` do on this machine."""

from __future__ import annotations

from pathlib import Path

from scalebed import paths
from scalebed.cli.console import OUT, say, stopping_once, whisper
from scalebed.engines.local import doctor as examination
from scalebed.provision.cache_folder import ready_cache
from scalebed.provision.named_k6 import find_k6
from scalebed.provision.servers import EVERY, find_part
from scalebed.queries import comparison


def doctor() -> bool:
    """Say what this machine has, can do, and lacks; whether all that is needed is there."""
    symptoms = examination.examine(paths.ROOT, ready_cache(), whisper)
    OUT.print(examination.as_table(symptoms))
    return all(symptom.status != "missing" for symptom in symptoms)


def setup() -> None:
    """Find or build every part, and say what was found."""
    cache = ready_cache()
    k6 = find_k6(cache, paths.ROOT / "loadtest" / "extension", whisper)
    OUT.print(f"k6 {k6}", highlight=False, soft_wrap=True)
    for name in EVERY:
        part = find_part(name, cache, whisper)
        OUT.print(f"{name} {part.version} ({part.source})", highlight=False, soft_wrap=True)


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
) -> None:
    """Compare strategies of database objects, and say what it found."""
    study = comparison.study(variants, strategies, contacts=contacts, seed=seed, blocks=blocks, budget_s=budget_s)
    with stopping_once():
        findings, directory = comparison.compare(study, out, fresh, say)
    OUT.print(comparison.sentence(findings), markup=False, highlight=False)
    OUT.print(f"Report: {directory.path / 'report.md'}", soft_wrap=True, highlight=False, markup=False)
