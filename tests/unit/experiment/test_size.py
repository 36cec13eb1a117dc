import pytest

from scalebed.experiment.size import in_words
from scalebed.experiment.spec import Experiment, SpecError, parse_experiment
from scalebed.report.output.pages import experiment_yaml
from scalebed.yaml_reader import read

MIB = 2**20


def of(size: object) -> Experiment:
    return parse_experiment({"name": "x", "variants": ["naive"], "memory_per_replica": size}, "x.yaml")


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("512MiB", 512 * MIB),
        ("512Mi", 512 * MIB),
        ("512 MiB", 512 * MIB),
        ("0.5GiB", 512 * MIB),
        ("1.5Gi", 1536 * MIB),
        ("65536Ki", 64 * MIB),
        ("512M", 512_000_000),
        ("0.5GB", 500_000_000),
        (64 * MIB, 64 * MIB),
    ],
)
def test_sizes_are_read_as_people_and_kubernetes_write_them(written: object, size: int) -> None:
    assert of(written).memory_per_replica == size


@pytest.mark.parametrize("wrong", ["512m", "512", "lots", "-1Mi", "512mib", "1e9"])
def test_what_is_no_size_is_refused_in_a_sentence(wrong: str) -> None:
    """`512m` is half a byte to Kubernetes."""
    with pytest.raises(SpecError, match=r"memory_per_replica: must be a size such as 512MiB, 0\.5GiB or 512Mi, not"):
        of(wrong)


@pytest.mark.parametrize("wrong", [512, "1MiB", "5000GiB", 0])
def test_a_unit_that_was_forgotten_is_refused(wrong: object) -> None:
    with pytest.raises(SpecError, match="must be from 4MiB to 4096GiB, not"):
        of(wrong)


def test_what_a_report_writes_is_read_again() -> None:
    experiment = of("0.5GiB")
    assert parse_experiment(read(experiment_yaml(experiment)), "again") == experiment


def test_words() -> None:
    assert [in_words(size * MIB) for size in (4, 64.5, 512, 1536)] == ["4 MiB", "64.5 MiB", "512 MiB", "1.5 GiB"]
