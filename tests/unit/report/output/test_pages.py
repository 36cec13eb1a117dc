from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from faulty import OUTAGE, Bad, Faulty, ledger_checks, rows
from synthetic import CRAWLING, FASTAPI, NAIVE, OPTIMIZED, Synthetic, alone, by_users, ladder, two_variants

from scalebed.experiment.spec import parse_experiment
from scalebed.paths import ROOT
from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report
from scalebed.report.output.pages import experiment_yaml

VOID = {"meta", "link", "br"}
CSS = (ROOT / "scalebed/report/templates/report.css").read_text(encoding="utf-8")


class Reader(HTMLParser):
    """Collects addresses, ids and table heads, and checks that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.unscoped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        self.addresses += [value or "" for key, value in attrs if key in {"src", "href", "srcset", "data"}]
        self.ids |= {given["id"] or ""} if "id" in given else set()
        self.unscoped += tag == "th" and "scope" not in given

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


CASES: dict[str, dict[str, Any]] = {
    "complete": {"experiment": {"blocks": 3, "replicas": [1, 2]}},
    "one block": {"experiment": {"replicas": [1, 2], "blocks": 1}},
    "one count": {"experiment": {"replicas": [2], "blocks": 1}},
    "partial": {"repetitions": 3, "invalid": [("naive-x1", 0)]},
    "nothing": {"repetitions": 0},
    "no base": {"services": {"naive": CRAWLING, "optimized": OPTIMIZED}, "experiment": {"blocks": 1}},
    "fixed": {
        "experiment": {
            "kind": "fixed-rate",
            "rates": [10, 30],
            "duration": "8s",
            "search": {"min_requests": 30},
            "blocks": 1,
        }
    },
    "closed": {"experiment": {"kind": "closed", "users": 50, "duration": "60s", "blocks": 1}},
    "bare fingerprint": {"fingerprint": {}, "experiment": {"blocks": 1}},
}


@pytest.mark.parametrize("case", CASES)
def test_html_is_whole_and_fetches_nothing(folder: Path, case: str) -> None:
    page = Report(two_variants(folder, **CASES[case]).write()).write()
    assert_whole(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_markdown_keeps_its_blocks_apart(folder: Path, case: str) -> None:
    Report(two_variants(folder, **CASES[case]).write()).write()
    assert_apart(folder / "report.md")


COMPARED: dict[str, dict[str, Any]] = {
    "complete": {},
    "one block": {"experiment": {"blocks": 1}},
    "partial": {"repetitions": 4},
    "nothing": {"repetitions": 0},
}


@pytest.mark.parametrize("case", COMPARED)
@pytest.mark.parametrize("made", [ladder, alone, by_users])
def test_html_of_a_comparison_is_whole(folder: Path, made: Callable[..., Synthetic], case: str) -> None:
    page = Report(made(folder, **COMPARED[case]).write()).write()
    assert_whole(page.read_text(encoding="utf-8"), "comparison.csv")
    assert_apart(page.with_name("report.md"))


def test_a_comparison_has_a_chart_of_each_measure_and_a_line_of_each_variant(climbed: RunDirectory) -> None:
    text = Report(climbed).write().read_text(encoding="utf-8")
    for measure in ("CPU in all", "CPU service", "CPU database", "Database time", "p95"):
        assert f'aria-label="{measure} at 12 requests a second: naive ' in text
    markdown = (climbed.path / "report.md").read_text(encoding="utf-8")
    rows = [
        line for line in markdown.splitlines() if re.match(r"\| (naive|pool|indexes|json|all|naive-again) \| ", line)
    ]
    compared = [row for row in rows if row.count("|") > 10]
    assert [row.split(" | ")[0].removeprefix("| ") for row in compared] == [
        "naive", "pool", "indexes", "json", "all", "naive-again",
    ]  # fmt: skip
    assert len({row.count("|") for row in compared}) == 1
    assert "≈ " in compared[3]


@pytest.mark.parametrize("blocks", [1, 3])
def test_what_a_ratio_is_of_is_not_set_off_with_it(folder: Path, blocks: int) -> None:
    page = Report(ladder(folder, experiment={"blocks": blocks}).write()).write().read_text()
    emphasised = re.findall("<em>([^<]*)</em>", page)
    assert emphasised
    for text in emphasised:
        assert re.fullmatch(r"[\d.,]+ ×( \([\d.,]+–[\d.,]+\))?", text)
        assert ("(" in text) == (blocks == 3)


def test_only_at_a_rate_is_the_load_called_the_same(left_out: RunDirectory, crowded: RunDirectory) -> None:
    at_a_rate, with_users = (Report(each).write().read_text(encoding="utf-8") for each in (left_out, crowded))
    assert "measured under the same load" in at_a_rate
    assert "measured under the same load" not in with_users
    assert "what answers sooner also serves more" in with_users


def test_a_comparison_can_be_run_again(climbed: RunDirectory) -> None:
    experiment = climbed.manifest().experiment
    text = experiment_yaml(experiment)
    assert "\nvariants:" not in text
    assert parse_experiment(yaml.safe_load(text), "again") == experiment


def assert_whole(text: str, *more: str) -> None:
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    assert reader.unscoped == 0
    inside = {a.removeprefix("#") for a in reader.addresses if a.startswith("#")}
    assert inside <= reader.ids
    assert {a for a in reader.addresses if not a.startswith("#")} == {
        "data:,", "report.md", "cells.csv", "junit.xml", *more,
    }  # fmt: skip
    assert not re.search(r"url\(|@import|https?://", text)
    assert len(text.encode()) < 1_500_000
    assert not re.search(r">\s*(None|nan|undefined)\b", text)


def assert_apart(page: Path) -> None:
    """Markdown takes what is right below a table for its next row."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for above, line in itertools.pairwise(lines):
        if above.startswith("|") and not line.startswith("|"):
            assert line == ""
        if line.startswith("#"):
            assert above == ""


FAULTS: dict[str, dict[str, Any]] = {
    "complete": {},
    "one block": {"keys": {"blocks": 1}},
    "one fault": {"keys": {"faults": ["cache-flushed"]}},
    "many": {"keys": {"variants": ["naive", "optimized"], "replicas": [2, 3]}},
    "partial": {"repetitions": 2},
    "nothing": {"repetitions": 0},
    "all INVALID": {"invalid": ["naive-x2", "naive-x2-replica-killed", "naive-x2-cache-flushed"]},
    "never": {"bad": {"replica-killed": dict.fromkeys(range(10, 50), Bad(silent=True))}},
    "no episode": {"more": {"replica-killed": {"episodes": []}}},
    "a ledger": {"more": {"replica-killed": {"checks": ledger_checks(lost=2)}, "": {"checks": ledger_checks()}}},
    "unread": {"more": {"": {"checks": [{"check": "ledger: could not be read afterwards", "passed": 3, "failed": 0}]}}},
}


@pytest.mark.parametrize("case", FAULTS)
def test_html_of_faults_is_whole(folder: Path, case: str) -> None:
    page = Report(Faulty(folder, **FAULTS[case]).write()).write()
    text = page.read_text(encoding="utf-8")
    measured = case not in ("nothing", "all INVALID")
    assert_whole(text)
    assert (page.with_name("faults.csv")).exists() == measured
    assert text.count('<figure class="card outage"') == text.count(", second by second") == len(shown(text))
    given = re.findall(r'\bid="([^"]*)"', text)
    assert len(given) == len(set(given))
    assert ("#faults" in text) == measured


def shown(text: str) -> list[str]:
    """What the charts say of themselves."""
    return re.findall(r'aria-label="([^"]*seconds were out of the SLO[^"]*)"', text)


@pytest.mark.parametrize("case", FAULTS)
def test_markdown_of_faults_has_as_many_cells_as_columns(folder: Path, case: str) -> None:
    Report(Faulty(folder, **FAULTS[case]).write()).write()
    assert_apart(folder / "report.md")
    text = (folder / "report.md").read_text(encoding="utf-8")
    for heading in ("What each fault cost", "The ledger", "Errors and availability"):
        table = rows(text, heading)
        assert len({len(row) for row in table}) <= 1, heading
    assert not re.search(r"\(\)|\bNone\b|\bnan\b|1e\+02", text)


def test_the_page_of_faults_says_each_figure(folder: Path) -> None:
    more: dict[str, dict[str, Any]] = {
        "replica-killed": {"checks": ledger_checks(lost=1, took_effect=2, no_effect=3, unread=4)},
        "cache-flushed": {"counts_after": {"replicas ready": 2, "database connections": 9}},
    }
    bad = {"replica-killed": OUTAGE, "cache-flushed": {33: Bad(late=4)}}
    page = Report(Faulty(folder, bad=bad, more=more).write()).write()
    text = (folder / "report.md").read_text(encoding="utf-8")
    (control, killed, flushed) = rows(text, "What each fault cost")[2:]
    assert control == [
        "naive", "no fault", "6", "400", "0", "none: at most 0.12%", "0", "0", "–", "–", "–", "–",
    ]  # fmt: skip
    assert killed == [
        "naive", "replica-killed", "6", "400", "30 (30–30)", "180 × 5xx", "0", "3.0 (3.0–3.0)", "2.8 (2.8–2.8)",
        "1.8 (1.8–1.8)", "–", "12, –",
    ]  # fmt: skip
    assert flushed[4:] == [
        "0", "none: at most 0.12%", "2.0 (2.0–2.0)", "0.50 (0.50–0.50)", "1.9 (1.9–1.9)", "1.4 (1.4–1.4)", "–", "12, 9",
    ]  # fmt: skip
    (kept,) = rows(text, "The ledger")[2:]
    assert kept == ["naive", "replica-killed", "1,200", "3", "0.64%", "300", "0", "2,700", "0", "6", "9", "12"]
    html = page.read_text(encoding="utf-8")
    assert "180 × 5xx" in html
    assert "<small>≤ 0.64%</small>" in html
    assert "12, 9</td>" in html
    assert len(shown(html)) == 3
    assert "- replica-killed: Kills all processes of one replica (SIGKILL); it is started again 1 s later." in text
    assert "naive gets 20.0 requests a second." in text
    assert "3.0 s (3.0–3.0)" in re.sub("<[^>]*>", "", html)


def test_what_a_generator_calls_a_failure_breaks_no_table(folder: Path) -> None:
    odd = "a|b <i>c</i>"
    page = Report(Faulty(folder, bad={"replica-killed": {11: Bad(failed={odd: 2})}}).write()).write()
    killed = rows((folder / "report.md").read_text(encoding="utf-8"), "What each fault cost")[3]
    assert (len(killed), killed[5]) == (12, "6 × a/b <i>c</i>")
    text = page.read_text(encoding="utf-8")
    assert "<i>" not in text
    assert_whole(text)


def test_intervals_over_blocks_of_faults_are_no_reason_to_doubt_them(folder: Path) -> None:
    def told(blocks: int) -> str:
        lines = Report(Faulty(folder / str(blocks), {"blocks": blocks}).write()).analysis.trust
        return next(line.seen for line in lines if line.subject == "Intervals")

    assert told(3).startswith("95%, Student t over blocks")
    assert told(2) == "none: it takes 3 blocks to tell how far another run would be off"


def test_faults_can_be_run_again(folder: Path) -> None:
    keys = {
        "faults": [{"fault": "cache-slow", "delay": "20ms"}, "rollout"],
        "episodes": {"times": 3},
        "failover": False,
    }
    spec = Faulty(folder, keys).write().manifest().experiment
    assert parse_experiment(yaml.safe_load(experiment_yaml(spec)), "again") == spec


def test_html_escapes_what_it_was_given(folder: Path) -> None:
    given = "<script>alert(1)</script>"
    run = two_variants(folder, findings=(given,), fingerprint={"cpu": given}, experiment={"replicas": [1], "blocks": 1})
    assert given not in Report(run.write()).write().read_text(encoding="utf-8")


def test_every_chart_has_words(replicas: RunDirectory) -> None:
    text = Report(replicas).write().read_text(encoding="utf-8")
    for image in re.findall(r"<svg[^>]*role=\"img\"[^>]*>", text):
        assert re.search(r'aria-label="[^"]{20,}"', image)
    for cell in ("naive, one replica", "optimized, 4 replicas"):
        assert f"Latency by rate of {cell}: " in text


def test_one_mark_for_each_trial(replicas: RunDirectory) -> None:
    text = Report(replicas).write().read_text(encoding="utf-8")
    assert len(re.findall(r"<title>(?:PASS|FAIL|UNDECIDED|INVALID), block", text)) == len(list(replicas.trials()))


def test_markdown_has_a_line_for_each_cell(replicas: RunDirectory) -> None:
    Report(replicas).write()
    text = (replicas.path / "report.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.match(r"\| (naive|optimized) \| \d \| [\d,.]+ \(", line)]
    assert len(rows) == 6
    assert {row.count("|") for row in rows} == {12}
    assert len(text.splitlines()) < 130


def test_the_experiment_can_be_run_again(replicas: RunDirectory) -> None:
    experiment = replicas.manifest().experiment
    assert parse_experiment(yaml.safe_load(experiment_yaml(experiment)), "again") == experiment
    assert "git checkout 3f0043f5c1d2" in Report(replicas).write().read_text(encoding="utf-8")


def test_what_no_clone_measured_names_its_version(replicas: RunDirectory) -> None:
    manifest = replicas.manifest()
    without = {**manifest.fingerprint, "commit": None}
    replicas.create(manifest.model_copy(update={"fingerprint": without}))
    text = Report(replicas).write().read_text(encoding="utf-8")
    assert f"scalebed run experiment.yaml   # with Scalebed {manifest.scalebed_version}; the experiment" in text
    assert "git checkout" not in text
    assert "./scripts" not in text


def test_many_variants_and_long_names(folder: Path) -> None:
    names = [f"variant-with-a-rather-long-name-{i}" for i in range(8)]
    services = dict(zip(names, [NAIVE, OPTIMIZED, FASTAPI, NAIVE, OPTIMIZED, FASTAPI, NAIVE, FASTAPI], strict=True))
    variants = [{"name": name, "service": "naive"} for name in names]
    run = Synthetic(folder, services, {"variants": variants, "replicas": [1, 2], "blocks": 1}, seconds=4)
    assert "variant-with-a-ra…" in Report(run.write()).write().read_text(encoding="utf-8")


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_the_contrast_that_wcag_asks_for(theme: int) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", CSS.split(":root {")[theme + 1]))
    texts = ["ink", "soft", "accent", "good", "warn", *(f"v{i}" for i in range(6))]
    for text in texts:
        for ground in ("paper", "surface"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["ink"], colours["warn-soft"]) >= 4.5
    for part in ("service",):
        assert contrast(colours[part], colours["on-part"]) >= 4.5
    for part in ("pooler", "cache", "balancer", "generator"):
        assert contrast(colours[part], colours["on-pale"]) >= 4.5, part


def test_the_method_tells_of_planned_rates(tmp_path: Path) -> None:
    planned = {"search": {"around": {"naive-x1": 10.0}, "shares": [0.8, 1.0, 1.25]}}
    for name, experiment, said in (
        ("searched", {}, "the search for capacity brackets, bisects on a log scale to 5% and confirms"),
        ("planned", planned, "each cell climbs through 80%, 100% and 125% of the rate planned for it"),
    ):
        run = two_variants(tmp_path / name, experiment=experiment).write()
        Report(run).write()
        page = (tmp_path / name / "report.md").read_text(encoding="utf-8")
        assert f"In each, {said}" in page
