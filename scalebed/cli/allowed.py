"""`run --fail-if`: by how much a run may be worse than what it is compared with; what could not be judged is refused
before anything is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from scalebed.cli import comparing
from scalebed.comparison import likeness, limit, quantities, side
from scalebed.comparison.limit import Limit
from scalebed.experiment.spec import Experiment, SpecError
from scalebed.measurement.host import Host
from scalebed.records.fingerprints import Fingerprint
from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.conclusion import Conclusion


@dataclass(frozen=True)
class Allowed:
    """Limits as `compare --fail-if` takes them, and the earlier run, if it is to be set against one."""

    limits: Sequence[str] = ()
    against: str | None = None
    across_hosts: bool = False
    """Also where that was measured on an unlike host."""

    def __bool__(self) -> bool:
        return bool(self.limits) or self.against is not None

    @property
    def _parsed(self) -> list[Limit]:
        """Raises LimitError."""
        return [limit.parse(text) for text in self.limits]

    def require(self, experiment: Experiment, host: Host) -> None:
        """Raises a UserError of one sentence where the finished run could not be compared, or not by these limits."""
        if self.across_hosts and self.against is None:
            raise SpecError("--across-hosts: is about an earlier run; name it with --against")
        if not self:
            return
        if host == "shared":
            raise SpecError("--host shared: figures are rough with it, and compared with nothing; leave it out")
        side.require_comparable(experiment.name, experiment)
        limit.require_told(self._parsed, experiment.name, quantities.of_all(experiment))
        if self.against is None and len(experiment.variants) != 2:
            names = ", ".join(variant.name for variant in experiment.variants)
            raise SpecError(
                f"--fail-if: compares two variants, and {experiment.name} has {names}; set it against an earlier run "
                "with --against, or compare two of them when it is over"
            )

    def require_alike(self, settled: Experiment, fingerprint: Fingerprint, out: Path | None) -> None:
        """That the run from before can be set against this one, by what an engine knows before it is prepared. Raises a
        UserError of one sentence."""
        if self.against is None:
            return
        before = side.read(self.against)
        if out is not None and out.resolve() == before.path.resolve():
            raise SpecError(f"--against {self.against}: is the run itself; name one that was measured before")
        likeness.require_asked_alike(before, settled)
        limit.require_told(self._parsed, before.name, side.told_in_common(before, settled))
        if not self.across_hosts:
            known = before.manifest.fingerprint
            # Which cores there will be for what, an engine says once it is prepared.
            later = {"placement": known.get("placement")}
            likeness.require_like_hosts(before.name, known, settled.name, {**fingerprint, **later})

    def judge(self, directory: RunDirectory, console: Console) -> Conclusion | None:
        """Compare the finished run, and print it; what the comparison came to, or None where there are no limits to
        judge it by. Raises UserError."""
        run = str(directory.path)
        before, after = (self.against, run) if self.against is not None else side.pair(run)
        comparison = comparing.compared(before, after, self.limits, across_hosts=self.across_hosts)
        comparing.tell(comparison, console)
        return comparison.conclusion if self.limits else None
