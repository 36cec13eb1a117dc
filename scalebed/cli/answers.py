"""What each command prints with `--json`, and the schema of it."""

from __future__ import annotations

from collections.abc import Mapping

from scalebed.cli import AnswerName
from scalebed.cli.documents.autoscalers import ReplayDocument
from scalebed.cli.documents.checks import CheckDocument
from scalebed.cli.documents.forecasts import ForecastDocument, TuneDocument
from scalebed.cli.documents.listings import ExperimentsDocument, ScenariosDocument
from scalebed.cli.documents.machine import DoctorDocument, InitDocument, SetupDocument
from scalebed.cli.documents.testruns import LinesDocument, RerunDocument
from scalebed.comparison.output.document import ComparisonDocument
from scalebed.documents import Document, schema
from scalebed.queries.document import QueriesDocument
from scalebed.report.output.document import RunDocument
from scalebed.report.scenarios.document import ScenarioDocument

ANSWERS: Mapping[AnswerName, type[Document]] = {
    "check": CheckDocument,
    "compare": ComparisonDocument,
    "doctor": DoctorDocument,
    "experiments": ExperimentsDocument,
    "forecast": ForecastDocument,
    "hpa-replay": ReplayDocument,
    "init": InitDocument,
    "lines": LinesDocument,
    "queries": QueriesDocument,
    "report": RunDocument,
    "rerun": RerunDocument,
    "run": RunDocument,
    "scenario": ScenarioDocument,
    "scenarios": ScenariosDocument,
    "setup": SetupDocument,
    "tune": TuneDocument,
}


def answer_schema(name: AnswerName) -> str:
    """As text."""
    return schema(ANSWERS[name])
