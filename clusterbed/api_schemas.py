"""JSON Schemas of the Kubernetes API and of TestRuns, for kubeconform where it cannot fetch them.

They come from the OpenAPI document in the Go module of Kubernetes and the definition of the TestRun in that of the
k6-operator, at the versions in k8s/versions.env: `python -m clusterbed.api_schemas FOLDER`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clusterbed import versions
from scalebed import paths, yaml_reader
from scalebed.messages import EngineError
from scalebed.provision.go import find_go, go_environment

Schema = dict[str, Any]

_DEFINITIONS = "_definitions.json"
_REFERENCE = "#/definitions/"


def api_schemas(openapi: Mapping[str, Any]) -> Iterator[tuple[str, Schema]]:
    """File name → schema for every kind of the API, and the definitions they refer to. Strict: no unknown fields."""
    definitions = {name: _strict(schema) for name, schema in openapi["definitions"].items()}
    yield _DEFINITIONS, {"definitions": definitions}
    for name, schema in openapi["definitions"].items():
        for kind in schema.get("x-kubernetes-group-version-kind", ()):
            yield file_name(kind["kind"], kind["group"], kind["version"]), {"$ref": f"{_DEFINITIONS}{_REFERENCE}{name}"}


def custom_schemas(definition: Mapping[str, Any]) -> Iterator[tuple[str, Schema]]:
    """The same for every version of a CustomResourceDefinition."""
    spec = definition["spec"]
    for version in spec["versions"]:
        schema = _strict(version["schema"]["openAPIV3Schema"])
        schema["properties"]["metadata"] = {"type": "object"}
        yield file_name(spec["names"]["kind"], spec["group"], version["name"]), schema


def file_name(kind: str, group: str, version: str) -> str:
    """As kubeconform asks for it: `{{.ResourceKind}}-{{.Group}}-{{.ResourceAPIVersion}}.json`."""
    return f"{kind.lower()}-{group or version}-{version}.json"


def _strict(schema: Any) -> Any:
    """Refuse fields that are not named, and let through numbers where Kubernetes takes either."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "int-or-string" or schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string", "number"]}
    if "$ref" in schema:
        return {"$ref": schema["$ref"].replace(_REFERENCE, f"{_DEFINITIONS}{_REFERENCE}", 1)}
    made = {key: _strict(value) for key, value in schema.items() if not key.startswith("x-kubernetes-")}
    if "properties" in schema:
        # Names of fields, some of which are also keywords.
        made["properties"] = {name: _strict(value) for name, value in schema["properties"].items()}
        if "additionalProperties" not in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            made["additionalProperties"] = False
    return made


def write(openapi: Path, definitions: list[Path], folder: Path) -> int:
    """Write all schemas; returns how many kinds there are."""
    folder.mkdir(parents=True, exist_ok=True)
    schemas = dict(api_schemas(json.loads(openapi.read_text(encoding="utf-8"))))
    for path in definitions:
        schemas |= custom_schemas(yaml_reader.read(path.read_text(encoding="utf-8")))
    for name, schema in schemas.items():
        (folder / name).write_text(json.dumps(schema), encoding="utf-8")
    return len(schemas) - 1


def sources(pinned: Mapping[str, str]) -> tuple[Path, Path]:
    """The OpenAPI document and the TestRun's definition, in the module cache; fetched where they are missing."""
    cache = paths.cache()
    kubernetes = _module(cache, f"k8s.io/kubernetes@{pinned['KUBERNETES']}")
    operator = _module(cache, f"github.com/grafana/k6-operator@{pinned['K6_OPERATOR']}")
    return kubernetes / "api/openapi-spec/swagger.json", operator / "config/crd/bases/k6.io_testruns.yaml"


def _module(cache: Path, name: str) -> Path:
    """The folder of a module, verified by Go's checksum database."""
    go = find_go((1, 21))
    argv = [str(go), "mod", "download", "-json", name]
    done = subprocess.run(argv, cwd="/", env=go_environment(cache), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EngineError(f"{name} could not be fetched: {done.stderr.strip() or done.stdout.strip()}")
    return Path(json.loads(done.stdout)["Dir"])


def main(folder: Path) -> None:
    """Write the schemas of this cluster's API into a folder."""
    openapi, testrun = sources(versions.load(paths.ROOT))
    write(openapi, [testrun], folder)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except EngineError as error:
        sys.exit(f"scalebed: {error}")
