"""compose.yaml says again what the charts say: versions, and how PgBouncer is set."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import yaml

from clusterbed.versions import load
from scalebed import __version__
from scalebed.paths import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
CHART = ROOT / "charts" / "datastore"


def test_images_are_those_of_the_charts_and_of_this_version() -> None:
    versions = load(ROOT)
    assert {name: SERVICES[name]["image"] for name in ("postgres", "pgbouncer", "valkey")} == {
        name: versions[f"{name.upper()}_IMAGE"] for name in ("postgres", "pgbouncer", "valkey")
    }
    own = {each["image"] for each in SERVICES.values() if each["image"].startswith("scalebed/")}
    assert own == {f"scalebed/{name}:{__version__}" for name in ("naive", "optimized", "k6")}
    assert COMPOSE["x-build"]["args"]["BASE_IMAGE"] == f"${{SCALEBED_BASE_IMAGE:-{versions['PYTHON_BASE_IMAGE']}}}"


def test_what_is_built_here_is_never_asked_of_a_registry() -> None:
    """A name that nobody owns there could be anybody's."""
    policies = {name: each.get("pull_policy") for name, each in SERVICES.items() if "build" in each}
    assert set(policies) == {"migrate", "naive", "optimized", "generate_fake_data", "k6"}
    assert set(policies.values()) == {"${SCALEBED_PULL:-build}"}


def test_nothing_is_published_beyond_this_machine() -> None:
    published = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}
    assert set(published) == {"naive", "optimized"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_a_build_is_given_only_what_its_dockerfile_asks_for() -> None:
    for name, service in SERVICES.items():
        if "build" in service:
            dockerfile = (ROOT / service["build"]["dockerfile"]).read_text(encoding="utf-8")
            asked = set(re.findall(r"^ARG (\w+)", dockerfile, re.MULTILINE))
            assert set(service["build"]["args"]) <= asked, name


def test_every_file_that_is_mounted_is_there() -> None:
    mounted = {place.split(":")[0] for each in SERVICES.values() for place in each.get("volumes", ())} - {"data"}
    assert mounted
    assert [place for place in sorted(mounted) if not (ROOT / place).exists()] == []


def test_pgbouncer_is_set_as_in_the_chart() -> None:
    ours = settings((ROOT / "compose" / "pgbouncer.ini").read_text(encoding="utf-8"))
    template = (CHART / "templates" / "pgbouncer-configmap.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))["pgbouncer"]
    fixed = {
        key: value for key, value in re.findall(r"^    (\w+) =(?: ([^{\n]*))?$", template, re.MULTILINE) if key != "*"
    }
    assert len(fixed) > 8
    assert {key: ours.get(key) for key in fixed} == fixed
    assert ours["pool_mode"] == values["poolMode"]
    assert ours["default_pool_size"] == str(values["poolSize"])
    assert ours["max_prepared_statements"] == str(values["maxPreparedStatements"])
    assert ours["query_wait_timeout"] == str(values["queryWaitTimeoutSeconds"])


def settings(text: str) -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.read_string(text)
    return dict(parser["pgbouncer"])


def test_its_page_is_the_one_that_it_names() -> None:
    (page,) = re.findall(r"docs/how-to/[\w-]+\.md", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert Path(ROOT / page).exists()
