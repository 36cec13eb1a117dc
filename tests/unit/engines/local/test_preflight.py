from dataclasses import replace
from pathlib import Path

import pytest

from scalebed.engines.local.preflight import Resources, disk_needed, findings
from scalebed.execution.ports import Program
from scalebed.experiment.shipped import shipped_experiments
from scalebed.experiment.spec import Experiment, load_experiment, parse_experiment
from scalebed.paths import ROOT

ENOUGH = Resources(cores=4, memory_bytes=16 * 2**30, disk_bytes=50 * 2**30, limits=True, busy_cores=0.0)
FILE = """
serve = "serve"
migrate = "migrate"
load = "load"
object_switches = ["indexes"]
[switches]
indexes = "on"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("naive", "optimized"):
        (tmp_path / "apps" / name).mkdir(parents=True)
        (tmp_path / "apps" / name / "variant.toml").write_text(FILE)
    return tmp_path


def experiment(**keys: object) -> Experiment:
    return parse_experiment({"name": "x", "variants": ["naive", "optimized"], "replicas": [1, 4], **keys}, "x")


def test_what_fits_is_found_fit(root: Path) -> None:
    assert findings(experiment(), root, ENOUGH) == []


def test_more_quota_than_cores_is_refused(root: Path) -> None:
    (finding,) = findings(experiment(cpu_per_replica=1.5), root, ENOUGH)

    assert finding.level == "refuse"
    assert finding.message.startswith("4 replicas × 1.5 cores = 6 cores do not fit the 4 cores of this host")


def test_quota_near_the_host_is_a_warning(root: Path) -> None:
    (finding,) = findings(experiment(cpu_per_replica=0.9), root, ENOUGH)

    assert finding.level == "warn"
    assert "leave 0.4 of 4 cores" in finding.message


def test_a_host_without_quotas_is_a_warning(root: Path) -> None:
    (finding,) = findings(experiment(), root, replace(ENOUGH, limits=False))

    assert (finding.level, "no CPU quota" in finding.message) == ("warn", True)


def test_a_limit_of_memory_that_cannot_be_set_is_a_warning(root: Path) -> None:
    (finding,) = findings(experiment(memory_per_replica="256Mi"), root, replace(ENOUGH, limits_memory=False))

    assert finding.level == "warn"
    assert "memory_per_replica cannot be set here" in finding.message


def test_limits_of_more_memory_than_there_is_are_a_warning(root: Path) -> None:
    (finding,) = findings(experiment(memory_per_replica="4GiB"), root, ENOUGH)

    assert finding.level == "warn"
    assert "4 replicas × 4 GiB" in finding.message
    assert findings(experiment(memory_per_replica="3GiB"), root, ENOUGH) == []


def test_a_dataset_beyond_the_disk_is_refused(root: Path) -> None:
    (finding,) = findings(experiment(dataset={"contacts": 3_000_000}), root, replace(ENOUGH, disk_bytes=2**30))

    assert finding.level == "refuse"
    assert "3,000,000 contacts in 3 databases" in finding.message


def test_too_little_memory_is_refused(root: Path) -> None:
    (finding,) = findings(experiment(), root, replace(ENOUGH, memory_bytes=2**30))

    assert (finding.level, "GB of memory" in finding.message) == ("refuse", True)


def test_a_dataset_beyond_the_memory_is_a_warning(root: Path) -> None:
    (finding,) = findings(experiment(dataset={"contacts": 3_000_000}), root, replace(ENOUGH, memory_bytes=4 * 2**30))

    assert (finding.level, "stay in memory" in finding.message) == ("warn", True)


def test_a_busy_host_is_a_warning_that_names_the_culprit(root: Path) -> None:
    (finding,) = findings(experiment(), root, replace(ENOUGH, busy_cores=1.3, busiest=[Program("make", 1.25, 12)]))

    assert finding.level == "warn"
    assert "1.3 of 4 cores, most by make (process 12) with 1.25 cores" in finding.message


def test_missing_services_and_unknown_switches_are_refused(root: Path) -> None:
    variants = ["absent", {"name": "typo", "service": "naive", "switches": {"indices": "on"}}]

    found = findings(experiment(variants=variants), root, ENOUGH)

    assert [finding.level for finding in found] == ["refuse", "refuse"]
    assert "variant absent" in found[0].message
    assert "indices is no switch" in found[1].message


def test_what_a_switch_cannot_be_is_refused(root: Path) -> None:
    (root / "apps/naive/variant.toml").write_text(
        f'{FILE}workers = "2"\n[values]\nindexes = ["on"]\nworkers = "1..8"\n'
    )
    variants = [{"name": n, "service": "naive", "switches": {n: v}} for n, v in (("indexes", "off"), ("workers", 9))]

    found = findings(experiment(variants=variants), root, ENOUGH)

    assert [finding.message for finding in found] == [
        "variant indexes: apps/naive: indexes cannot be 'off'; it can be: on",
        "variant workers: apps/naive: workers cannot be '9'; it can be: 1 to 8",
    ]


def test_a_pooler_that_cannot_be_is_refused(root: Path) -> None:
    variants = [
        {"name": "large", "service": "naive", "pooler": {"size": 500}},
        {"name": "held", "service": "naive", "pooler": "session"},
        {"name": "fine", "service": "naive", "pooler": {"size": 20}},
    ]

    reading = findings(experiment(variants=variants), root, ENOUGH)
    writing = findings(experiment(variants=variants, workload="write-mix"), root, ENOUGH)

    assert [f.message.partition(":")[0] for f in reading if f.level == "refuse"] == ["variant large"]
    assert [f.message.partition(":")[0] for f in writing if f.level == "refuse"] == ["variant large", "variant held"]


def test_values_of_a_chart_are_refused_where_there_is_none(root: Path) -> None:
    variants = ["naive", {"name": "tuned", "service": "naive", "values": {"env.POOL_SIZE": 4}}]

    found = findings(experiment(variants=variants), root, ENOUGH)

    (refused,) = (f.message for f in found if f.level == "refuse")
    assert refused == (
        "variant tuned: values are a chart's, which this engine has not; leave them out, or run with --engine "
        "kubernetes"
    )


@pytest.mark.parametrize("name", shipped_experiments())
def test_the_services_have_what_the_shipped_experiments_ask_for(name: str) -> None:
    shipped = load_experiment(shipped_experiments()[name])

    found = findings(shipped, ROOT, replace(ENOUGH, disk_bytes=2**40, cores=64))

    charted = {variant.name for variant in shipped.variants if variant.values}
    assert [f.message for f in found if f.level == "refuse" and f.message.split(":")[0][8:] not in charted] == []
    assert not charted or shipped.engine == "kubernetes"


def test_each_distinct_set_of_objects_is_a_database(root: Path) -> None:
    variants = [
        "naive",
        "optimized",
        {"name": "bare", "service": "optimized", "switches": {"indexes": "off"}},
        {"name": "same", "service": "optimized", "switches": {"indexes": "on"}},
    ]

    (finding,) = findings(experiment(variants=variants), root, replace(ENOUGH, disk_bytes=1000))

    assert "in 4 databases" in finding.message


def test_disk_grows_with_contacts_and_copies() -> None:
    assert disk_needed(2_000_000, 5) > disk_needed(1_000_000, 5) > disk_needed(1_000_000, 3) > 3 * 1024 * 1_000_000
