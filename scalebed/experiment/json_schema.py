"""JSON Schema of experiment files."""

from __future__ import annotations

import json

from scalebed.experiment.spec import Experiment
from scalebed.experiment.workloads import workloads


def experiment_schema() -> str:
    """As text."""
    schema = Experiment.model_json_schema()
    schema["properties"]["workload"]["enum"] = list(workloads())
    # What a file may say in the place of what is made of it: an application at the top, and changes of it in variants.
    application = schema["$defs"]["Application"]
    schema["properties"]["service"] = {"$ref": "#/$defs/Application"}
    own = {
        key: value
        for key, value in application["properties"].items()
        if key not in schema["$defs"]["Variant"]["properties"]
    }
    schema["$defs"]["Variant"]["properties"] |= own
    return json.dumps(schema, indent=2) + "\n"
