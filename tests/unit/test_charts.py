"""The charts' values agree with each other, with their schemas, and with what the services declare."""

import json
import shlex
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from scalebed.paths import ROOT

CHARTS = ROOT / "charts"
VARIANTS = sorted(file.stem for file in (CHARTS / "webapp" / "overlays").glob("*.yaml"))


def values(path: Path) -> dict[str, Any]:
    parsed = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(parsed, dict)
    return parsed


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: merged(below[key], above[key])
        if isinstance(below[key], dict) and isinstance(above[key], dict)
        else above[key]
        for key in below.keys() & above.keys()
    }
    return {**below, **above, **both}


@pytest.mark.parametrize("values_file", sorted(CHARTS.glob("*/values.yaml")), ids=lambda path: path.parent.name)
def test_a_chart_s_defaults_and_overlays_fit_its_schema(values_file: Path) -> None:
    schema = json.loads((values_file.parent / "values.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    defaults = values(values_file)
    jsonschema.validate(defaults, schema)
    for overlay in (values_file.parent / "overlays").glob("*.yaml"):
        jsonschema.validate(merged(defaults, values(overlay)), schema)


@pytest.mark.parametrize("chart", ["datastore", "webapp", "scalebed"])
def test_helm_finds_no_link_in_a_chart(chart: str) -> None:
    """It would say so before everything else that it says."""
    # A link that is given as the chart itself is followed without a word.
    assert not [path for path in (CHARTS / chart).resolve().rglob("*") if path.is_symlink()]


def test_every_chart_reads_values_alike() -> None:
    """A chart stands alone, so that each has what all need."""
    webapp, datastore = ((CHARTS / name / "templates/_values.tpl").read_text() for name in ("webapp", "datastore"))
    assert webapp == datastore.replace("datastore", "webapp")


def service(variant: str) -> Path:
    (folder,) = (path.parent for path in (ROOT / "apps").rglob("variant.toml") if path.parent.name == variant)
    return folder


def test_every_service_has_an_overlay_and_a_place_in_the_umbrella() -> None:
    services = sorted(file.parent.name for file in (ROOT / "apps").rglob("variant.toml"))
    parts = values(CHARTS / "scalebed" / "Chart.yaml")["dependencies"]
    assert services == VARIANTS == sorted(part["alias"] for part in parts if part["name"] == "webapp")
    assert all(part["condition"] == f"{part['alias']}.enabled" for part in parts if part["name"] == "webapp")


def test_the_overlay_of_autoscalers_has_every_service() -> None:
    assert sorted(values(CHARTS / "scalebed" / "overlays" / "hpa.yaml")) == VARIANTS


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_overlay_says_what_the_service_declares(variant: str) -> None:
    folder = service(variant)
    declared = tomllib.loads((folder / "variant.toml").read_text(encoding="utf-8"))
    overlay = values(CHARTS / "webapp" / "overlays" / f"{variant}.yaml")
    assert overlay.get("switches", {}) == declared["switches"]
    objects = overlay.get("database", {}).get("objects", {})
    command = declared.get("objects", [])
    assert objects.get("command", []) == (shlex.split(command) if isinstance(command, str) else command)
    assert objects.get("switches", []) == declared["object_switches"]
    assert (folder / "Dockerfile").exists()
    assert overlay["image"]["repository"] == f"scalebed/{variant}"


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_umbrella_has_each_overlay_whole(variant: str) -> None:
    overlay = values(CHARTS / "webapp" / "overlays" / f"{variant}.yaml")
    umbrella = values(CHARTS / "scalebed" / "values.yaml")[variant]
    assert merged(umbrella, overlay) == umbrella
    # And says nothing else, but for the values that are set most.
    extra = {"enabled": variant in ("naive", "optimized"), "replicas": 1, "image": {"tag": ""}}
    assert merged(overlay, extra) == umbrella


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_umbrella_takes_the_switches_that_the_service_takes(variant: str) -> None:
    declared = tomllib.loads((service(variant) / "variant.toml").read_text(encoding="utf-8"))
    schema = json.loads((CHARTS / "scalebed/values.schema.json").read_text(encoding="utf-8"))
    switches = schema["properties"][variant]["properties"]["switches"]
    assert set(switches["properties"]) == set(declared["switches"])
    assert switches["additionalProperties"] is False
    for name, allowed in declared["values"].items():
        switch = switches["properties"][name]
        if isinstance(allowed, str):
            least, most = (int(number) for number in allowed.split(".."))
            assert (switch["minimum"], switch["maximum"]) == (least, most)
        else:
            taken = [value for choice in switch.get("anyOf", [switch]) for value in choice["enum"]]
            # YAML's truth values mean on and off, and its numbers are their digits.
            assert [value for value in taken if isinstance(value, str)] == allowed
            assert [str(value) for value in taken if type(value) is int] == [v for v in allowed if v.isdigit()]


@pytest.mark.parametrize("part", ["webapp", "datastore"])
def test_every_chart_has_the_same_dataset(part: str) -> None:
    umbrella = values(CHARTS / "scalebed" / "values.yaml")["global"]
    assert values(CHARTS / part / "values.yaml")["global"] == umbrella


def test_the_chart_s_postgres_has_the_settings_of_the_other_engine() -> None:
    from scalebed.engines.local.parts import postgres  # noqa: PLC0415 - the only test that needs an engine

    # Sizes follow each machine's memory; where it listens is the image's business.
    own = {"shared_buffers", "effective_cache_size", "maintenance_work_mem", "max_wal_size"}
    places = {"listen_addresses", "unix_socket_directories", "log_line_prefix"}
    local = {key: value for key, value in postgres.settings(2**31).items() if key not in own | places}
    chart = {key: str(value) for key, value in values(CHARTS / "datastore/values.yaml")["postgres"]["settings"].items()}
    assert {key: value for key, value in chart.items() if key not in own} == local
    assert own <= set(chart)


def test_charts_are_of_this_version_and_use_the_images_of_the_clusters() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    for chart in CHARTS.glob("*/Chart.yaml"):
        assert values(chart)["appVersion"] == version
    run = values(ROOT / "loadtest/testruns/base/testrun.yaml")["spec"]
    assert run["runner"]["image"] == run["starter"]["image"] == f"scalebed/k6:{version}"
    images = (ROOT / "k8s/versions.env").read_text(encoding="utf-8").splitlines()
    datastore, webapp = values(CHARTS / "datastore/values.yaml"), values(CHARTS / "webapp/values.yaml")
    for name, image in {
        "POSTGRES": datastore["postgres"]["image"],
        "PGBOUNCER": datastore["pgbouncer"]["image"],
        "VALKEY": datastore["valkey"]["image"],
        "NGINX": webapp["balancer"]["image"],
    }.items():
        assert f"{name}_IMAGE={image['repository']}:{image['tag']}" in images
    assert webapp["database"]["image"] == datastore["postgres"]["image"]


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "loadtest/testruns").glob("*/kustomization.yaml")), ids=lambda p: p.parent.name
)
def test_a_testrun_s_script_is_there_and_is_told_what_it_needs(folder: Path) -> None:
    for patch in values(folder).get("patches", []):
        run = yaml.safe_load(patch["patch"])
        assert run["metadata"]["name"] == folder.parent.name
        assert (ROOT / "loadtest/k6" / run["spec"]["script"]["configMap"]["file"]).exists()
        env = {item["name"]: item["value"] for item in run["spec"]["runner"]["env"]}
        # How many rows there are, the load asks the release; a number here would be another one's.
        assert "BASE_URL" in env
        assert "CONTACTS" not in env
        assert len({"RATE", "STEPS", "USERS"} & set(env)) == 1
