"""A study goes on where it stopped, and measures nothing twice."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from scalebed import queries
from scalebed.queries import comparison
from scalebed.queries.runner import run
from scalebed.queries.study import Step, Strategy, Study, order
from scalebed.queries.study_directory import Build, DirectoryError, Reading, StudyDirectory

STRATEGIES = tuple(Strategy(name=name, description="", switches={}) for name in ("baseline", "all"))
STUDY = Study(contacts=100, seed=1, blocks=2, variants=("naive",), strategies=STRATEGIES)


class StoppedError(Exception):
    """The study was interrupted."""


class FakeBed:
    """Measures nothing, and stops after `last` steps."""

    def __init__(self, last: int = 1000) -> None:
        self.built: list[str] = []
        self.measured: list[Step] = []
        self.closed = False
        self._last = last
        self.databases: set[str] = set()
        self.commit: str | None = "abc"

    def fingerprint(self) -> Mapping[str, object]:
        return {"commit": self.commit, "version": "1.2.3"}

    @contextmanager
    def opened(self, study: Study) -> Iterator[None]:
        try:
            yield
        finally:
            self.closed = True

    def build(self, strategy: Strategy) -> Build:
        self.built.append(strategy.name)
        self.databases.add(strategy.name)
        return Build(strategy=strategy.name, seconds=1, bytes=1, objects=1)

    def has(self, strategy: Strategy) -> bool:
        return strategy.name in self.databases

    def read(self, study: Study, step: Step, strategy: Strategy) -> str:
        self._count(step)
        empty = Reading(variant=step.variant, switches="", statement_timeout="", cold={}, questions=(), curve=())
        return empty.model_dump_json()

    def write(self, study: Study, step: Step, strategy: Strategy) -> Mapping[str, float]:
        self._count(step)
        return {"insert": 1.0}

    def _count(self, step: Step) -> None:
        if len(self.measured) == self._last:
            raise StoppedError
        self.measured.append(step)


def quiet(line: str) -> None:
    """Say nothing."""


def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    directory, first = StudyDirectory(tmp_path), FakeBed(last=3)
    with pytest.raises(StoppedError):
        run(STUDY, first, directory, quiet)
    assert first.closed
    assert not directory.complete()

    second = FakeBed()
    second.databases = first.databases
    run(STUDY, second, directory, quiet)
    assert second.built == []
    assert first.measured + second.measured == order(STUDY)
    assert directory.complete()


def test_a_database_that_is_gone_is_built_again(tmp_path: Path) -> None:
    run(STUDY, FakeBed(), StudyDirectory(tmp_path), quiet)
    again = FakeBed()
    again.databases = {"baseline"}
    run(STUDY, again, StudyDirectory(tmp_path), quiet)
    assert again.built == ["all"]
    assert again.measured == []


def test_without_the_library_of_charts_there_is_a_report_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALEBED_CACHE", str(tmp_path / "cache"))
    bed = FakeBed()
    bed.commit = None
    monkeypatch.setattr(comparison, "QueryBed", lambda root, cache, say: bed)
    # Another test may have imported it already: then it stands in two places.
    monkeypatch.delitem(sys.modules, "scalebed.queries.charts", raising=False)
    monkeypatch.delattr(queries, "charts", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said: list[str] = []
    _, directory = comparison.compare(STUDY, tmp_path / "study", False, said.append)
    report = (directory.path / "report.md").read_text(encoding="utf-8")
    assert "by Scalebed 1.2.3, on" in report
    assert "\nscalebed queries --contacts 100" in report
    assert "the report is written, but drawing its charts needs the package matplotlib" in said[-1]
    assert f"the same command with --out {tmp_path / 'study'} then draws them" in said[-1]


def test_another_study_s_folder_is_refused(tmp_path: Path) -> None:
    run(STUDY, FakeBed(), StudyDirectory(tmp_path), quiet)
    other = STUDY.model_copy(update={"seed": 2})
    with pytest.raises(DirectoryError, match="holds another study"):
        run(other, FakeBed(), StudyDirectory(tmp_path), quiet)
