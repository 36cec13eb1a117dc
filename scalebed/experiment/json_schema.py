"""JSON Schema of experiment files."""

from __future__ import annotations

import json

from scalebed.experiment.spec import Experiment
from scalebed.experiment.workloads import workloads


def experiment_schema() -> str:
    """As text."""
    schema = Experiment.model_json_schema()
    schema["properties"]["workload"]["enum"] = list(workloads())
    return json.dumps(schema, indent=2) + "\n"
