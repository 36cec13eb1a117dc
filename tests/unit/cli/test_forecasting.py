"""`scalebed forecast` and `scalebed tune`, from a run directory to pages and manifests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import scaled
import yaml
from recorded import manifest, repetition
from synthetic import two_variants
from typer.testing import CliRunner, Result

from scalebed.cli.app import app
from scalebed.cli.loads import load_of
from scalebed.cli.manifests import read
from scalebed.records.run_directory import RunDirectory

_HPA = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  maxReplicas: 8
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
"""


_FIXED = {"kind": "fixed-rate", "rates": [50], "duration": "8s", "replicas": [1], "blocks": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, an autoscaler and a load that needs between one replica and three of them."""
    path = tmp_path_factory.mktemp("forecast")
    two_variants(path / "run").write()
    (path / "hpa.yaml").write_text(_HPA, encoding="utf-8")
    levels = [{"rate": 200, "duration": "60s"}, {"rate": 1500, "duration": "120s"}, {"rate": 200, "duration": "60s"}]
    (path / "step.yaml").write_text(yaml.safe_dump({"profile": levels}), encoding="utf-8")
    return path


def _said(command: str, folder: Path, *more: str) -> Result:
    known = [command, str(folder / "run"), "--load", str(folder / "step.yaml"), "--hpa", str(folder / "hpa.yaml")]
    return CliRunner().invoke(app, [*known, "--variant", "optimized", "--start-up", "4s-6s", *more])


def test_a_forecast_says_how_long_out_and_at_what_price(folder: Path, tmp_path: Path) -> None:
    done = _said("forecast", folder, "--out", str(tmp_path), "--draws", "8")
    assert done.exit_code == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "Under step, optimized is out of the SLO for" in said
    assert "this autoscaler" in said
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<h1" in page
    assert "averageUtilization: 60" in page
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| oracle | 0 |" in text


def test_the_same_seed_says_the_same(folder: Path) -> None:
    once, again, other = (
        json.loads(_said("forecast", folder, "--json", "--draws", "6", "--seed", seed).stdout) for seed in "778"
    )
    assert once == again != other
    assert once["forecast"]["draws"] == 6
    assert once["report"] is None


def test_what_was_measured_stands_beside_it(folder: Path, tmp_path: Path) -> None:
    """One trial, out of the SLO for 10 s, whose second replica is asked for at second 30 of 60."""
    recorded = RunDirectory(tmp_path / "measured")
    recorded.create(manifest(scaled.spec()))
    recorded.add_trial(scaled.scaled())
    recorded.add_repetition(repetition(0, "optimized-hpa", capacity=None, lower=None, upper=None, outcome="measured"))
    load = tmp_path / "load.yaml"
    load.write_text("profile: [{rate: 5, duration: 20s}, {rate: 50, duration: 40s}]\n", encoding="utf-8")
    known = ["forecast", str(folder / "run"), "--variant", "optimized", "--start-up", "5s"]
    known += ["--load", str(load), "--out", str(tmp_path / "out")]
    told = CliRunner().invoke(app, [*known, "--measured", str(recorded.path), "--json"])
    assert told.exit_code == 0, told.stderr
    assert json.loads(told.stdout)["measured"] == [{"block": 0, "seconds_out": 10.0, "replica_seconds": 90.0}]
    assert "Measured in one trial: out of the SLO for 10.0 s, at 90.0 replica-seconds" in " ".join(told.stderr.split())
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "What was measured" in page
    assert "measured, one trial" in page

    other = _said("forecast", folder, "--measured", str(recorded.path))
    assert other.exit_code == 2
    assert "was under another load than step: leave out --load" in other.stderr


@pytest.mark.parametrize(("left", "said"), [("--hpa", "--hpa: is missing"), ("--load", "--load: is missing")])
def test_a_load_and_an_autoscaler_must_be_known(folder: Path, left: str, said: str) -> None:
    known = {"--load": str(folder / "step.yaml"), "--hpa": str(folder / "hpa.yaml")}
    given = [word for option, value in known.items() if option != left for word in (option, value)]
    done = CliRunner().invoke(app, ["forecast", str(folder / "run"), *given])
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_search_writes_manifests_that_are_read_again(folder: Path, tmp_path: Path) -> None:
    done = _said("tune", folder, "--out", str(tmp_path), "--settings", "40", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["tried"] <= 40
    assert [choice["aim"] for choice in told["choices"]] == ["cheaper", "safer", "reliable"]
    for choice in told["choices"]:
        spec = read(tmp_path / f"hpa-{choice['aim']}.yaml").spec
        assert spec.model_dump(by_alias=True, exclude_none=True, mode="json") == {
            **choice["hpa"],
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"},
        }
        values = yaml.safe_load((tmp_path / f"values-{choice['aim']}.yaml").read_text(encoding="utf-8"))
        assert values["autoscaling"]["minReplicas"] == spec.min_replicas
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count('class="mark chosen"') >= 1
    assert "hpa-safer.yaml" in page
    assert "| cheaper |" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_a_search_needs_no_autoscaler_but_a_largest_number(folder: Path, tmp_path: Path) -> None:
    known = ["tune", str(folder / "run"), "--load", str(folder / "step.yaml"), "--variant", "optimized"]
    known += ["--start-up", "5s", "--settings", "20", "--out", str(tmp_path)]
    refused = CliRunner().invoke(app, known)
    assert refused.exit_code == 2
    assert "--max: is missing" in refused.stderr
    done = CliRunner().invoke(app, [*known, "--max", "5"])
    assert done.exit_code == 0, done.stderr
    assert read(tmp_path / "hpa-safer.yaml").spec.max_replicas == 5


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--start-up", "soon"], "--start-up soon: must be a duration"),
        (["--start-up", "6s-4s"], "name the shorter one first"),
        (["--request", "much"], "--request much: must be a number of cores"),
        (["--request", "0"], "--request 0: must be more than none"),
        (["--release", "1.30"], "--release 1.30: must be one of 1.34, 1.37"),
        (["--patience", "long"], "--patience long: must be a duration"),
        (["--request", "1e400"], "--request 1e400: must be a number of cores"),
        (["--rate-metric", "rps"], "--rate-metric rps: is none of the metrics of"),
        (["--out", "/proc/nowhere"], "--out /proc/nowhere: cannot be made"),
        (["--variant", "other"], "has the variants naive, optimized: name one with --variant"),
    ],
)
def test_what_cannot_be_meant_is_refused(folder: Path, more: list[str], said: str) -> None:
    done = _said("forecast", folder, *more)
    assert done.exit_code == 2
    assert said in done.stderr


def test_more_draws_of_a_day_than_memory_holds_are_refused(folder: Path, tmp_path: Path) -> None:
    day = tmp_path / "day.csv"
    day.write_text("second,rate\n0,1\n43200,5\n", encoding="utf-8")
    known = ["forecast", str(folder / "run"), "--load", str(day), "--hpa", str(folder / "hpa.yaml")]
    done = CliRunner().invoke(app, [*known, "--variant", "optimized", "--start-up", "5s", "--draws", "1000"])
    assert done.exit_code == 2
    assert "--draws 1000: do not fit into memory for 86,400 s; name 115 or fewer" in done.stderr


def test_how_long_a_replica_takes_to_start_must_be_known(folder: Path) -> None:
    known = ["forecast", str(folder / "run"), "--load", str(folder / "step.yaml"), "--hpa", str(folder / "hpa.yaml")]
    done = CliRunner().invoke(app, [*known, "--variant", "optimized"])
    assert done.exit_code == 2
    assert "does not say how long a replica takes to start: name it, such as --start-up 5s" in done.stderr


def test_a_run_without_capacities_is_refused(folder: Path, tmp_path: Path) -> None:
    two_variants(tmp_path / "run", experiment=_FIXED).write()
    known = ["forecast", str(tmp_path / "run"), "--load", str(folder / "step.yaml"), "--hpa", str(folder / "hpa.yaml")]
    done = CliRunner().invoke(app, known)
    assert done.exit_code == 2
    assert "is of kind fixed-rate: name a run of kind capacity" in done.stderr


def test_a_largest_number_below_the_least_is_refused(folder: Path, tmp_path: Path) -> None:
    hpa = tmp_path / "hpa.yaml"
    hpa.write_text(_HPA.replace("maxReplicas: 8", "minReplicas: 2\n  maxReplicas: 8"), encoding="utf-8")
    known = ["tune", str(folder / "run"), "--load", str(folder / "step.yaml"), "--variant", "optimized"]
    done = CliRunner().invoke(app, [*known, "--start-up", "5s", "--hpa", str(hpa), "--max", "1"])
    assert done.exit_code == 2
    assert f"--max 1: is below minReplicas, 2, of {hpa}" in done.stderr


def test_more_replicas_than_were_measured_have_their_page(folder: Path, tmp_path: Path) -> None:
    """Eleven of them, of which 1, 2 and 4 were measured."""
    hpa, load = tmp_path / "hpa.yaml", tmp_path / "load.csv"
    hpa.write_text(_HPA.replace("maxReplicas: 8", "maxReplicas: 12"), encoding="utf-8")
    load.write_text("second,rate\n0,6000\n60,6000\n", encoding="utf-8")
    known = ["forecast", str(folder / "run"), "--load", str(load), "--variant", "optimized", "--start-up", "5s"]
    done = CliRunner().invoke(app, [*known, "--hpa", str(hpa), "--out", str(tmp_path / "out"), "--draws", "4"])
    assert done.exit_code == 0, done.stderr
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "by the scaling law" in text
    assert "what all of the draws come to" in text


def test_a_log_of_requests_is_divided_by_those_of_a_journey(tmp_path: Path, folder: Path) -> None:
    """The same log: a run of journeys of five requests each sees a fifth of its arrivals."""
    line = '1.2.3.4 - - [30/Nov/2026:05:{minute:02}:01 +0000] "GET /x HTTP/1.1" 200 5\n'
    log = tmp_path / "access.log"
    log.write_text("".join(line.format(minute=minute) * 600 for minute in range(6)), encoding="utf-8")
    assert load_of(log).rates.max() == pytest.approx(10)
    assert load_of(log, 5.0).rates.max() == pytest.approx(2)
