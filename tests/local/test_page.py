"""The page of a run in a real browser: what a person sees while it goes on, and whether everybody can."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from staged import Stage, events
from synthetic import FASTAPI, NAIVE, OPTIMIZED, Synthetic

from scalebed.paths import ROOT
from scalebed.records import live
from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report
from scalebed.web.server import page_server

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("browser")]

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
GRAVE = {"serious", "critical", "moderate"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = subprocess.run([ROOT / "scripts" / "browser"], check=True, capture_output=True, text=True)
    with sync_playwright() as playwright:
        # Chromium's own sandbox takes rights that root does not have in a container; only our page is opened.
        launched = playwright.chromium.launch(executable_path=found.stdout.strip(), chromium_sandbox=os.geteuid() != 0)
        yield launched
        launched.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path / "run") as made:
        yield made


@pytest.fixture
def opened(browser: Browser, stage: Stage) -> Iterator[Callable[..., Page]]:
    """Opens the page of the stage's run; whatever goes wrong in it fails the test."""
    server = page_server(stage.directory)
    pages: list[Page] = []
    wrong: list[str] = []

    def visit(size: dict[str, int] = DESKTOP, scheme: str = "light") -> Page:
        context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on(
            "request",
            lambda request: None if request.url.startswith((server.url, "data:")) else wrong.append(request.url),
        )
        page.goto(server.url)
        pages.append(page)
        return page

    yield visit
    for page in pages:
        page.context.close()
    server.close()
    assert wrong == []


def test_a_search_is_followed_from_its_begin_to_its_end(stage: Stage, opened: Callable[..., Page]) -> None:
    manifest = stage.directory.path / "manifest.json"
    manifest.rename(manifest.with_suffix(".later"))
    page = opened()
    expect(page.locator("#status")).to_contain_text("Nothing is measured yet")

    manifest.with_suffix(".later").rename(manifest)
    stage.play(until="second", times=5)
    expect(page.locator("h1")).to_have_text("staged")
    expect(page.locator("#slo")).to_contain_text("SLO: p95 within")
    expect(page.locator("#status")).to_contain_text("Measuring, 0 of 4 repetitions")
    expect(page.locator("#doing")).to_contain_text("1 replica, block 1, trial 1")
    expect(page.locator("#rate path.line.served")).to_have_count(1)
    expect(page.locator("#cpu figcaption")).to_contain_text("service")
    assert page.evaluate(DARK) > 0
    seen = page.locator("#second").get_attribute("max")

    stage.play(until="second", times=3)
    expect(page.locator("#second")).not_to_have_attribute("max", seen or "")

    stage.play(until="trial_finished", times=4)
    expect(page.locator("#trials tr")).to_have_count(4)
    expect(page.locator("#search .bracket")).to_have_count(1)
    expect(page.locator("#cells li").first).to_contain_text("so far")

    stage.play(until="repetition_finished")
    expect(page.locator("#status")).to_contain_text("Measuring, 1 of 4 repetitions")
    expect(page.locator("#cells li").first).to_contain_text("capacity")

    stage.play()
    Report(stage.directory).write()
    expect(page.locator("#status")).to_have_text("Finished: 4 of 4 repetitions")
    expect(page.locator("#now-title")).to_have_text("The last trial")
    with page.context.expect_page() as report:
        page.get_by_role("link", name="Open the report").click()
    expect(report.value.locator("h1")).to_be_visible()


def test_a_reload_and_a_second_viewer_see_the_same(stage: Stage, opened: Callable[..., Page]) -> None:
    stage.play(until="trial_finished", times=2)
    stage.play(until="second", times=6)
    pages = [opened(), opened(PHONE)]
    pages[0].reload()
    for page in pages:
        expect(page.locator("#trials tr")).to_have_count(2)
        expect(page.locator("#doing")).to_contain_text("trial 3")
    texts = {page.locator("#figures").inner_text() for page in pages}
    assert len(texts) == 1

    stage.play(until="trial_finished")
    for page in pages:
        expect(page.locator("#trials tr")).to_have_count(3)

    stage.play()
    pages.append(opened())
    for page in pages:
        expect(page.locator("#now-title")).to_have_text("The last trial")
        expect(page.locator("#rate path.line.served")).to_have_count(1)
    assert len({page.locator("#figures").inner_text() for page in pages}) == 1


def test_a_finished_trial_is_looked_at_by_keyboard(stage: Stage, opened: Callable[..., Page]) -> None:
    stage.play(until="trial_finished", times=3)
    stage.play(until="second", times=4)
    page = opened()
    expect(page.locator("#trials tr")).to_have_count(3)
    first = page.locator("#trials button").last
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#now-title")).to_have_text("A trial, looked at again")
    expect(page.locator("#doing")).to_contain_text("trial 1")
    expect(page.locator("#follow")).to_be_focused()

    slider = page.locator("#second")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("#second-at")).to_have_text("0")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#second-at")).to_have_text("1")
    stage.play(until="second", times=2)  # what goes on meanwhile leaves it alone
    expect(page.locator("#second-at")).to_have_text("1")
    expect(page.locator("#values")).to_contain_text("served")

    page.locator("#follow").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#now-title")).to_have_text("Trial under way")
    expect(page.locator("#doing")).to_contain_text("trial 4")


def test_what_fails_is_told_by_kind(stage: Stage, opened: Callable[..., Page]) -> None:
    stage.play(until="trial_finished")
    page = opened()
    for trial in stage.directory.trials():
        stage.play(until="trial_finished")
        if trial.errors:
            break
    stage.play()
    failing = next(
        i for i, t in enumerate(sorted(stage.directory.trials(), key=lambda t: t.started, reverse=True)) if t.errors
    )
    expect(page.locator("#status")).to_contain_text("Finished")
    page.locator("#trials button").nth(failing).click()
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#errors rect.bar").first).to_be_attached()


def test_a_run_that_was_stopped_or_broke_off_says_so(stage: Stage, opened: Callable[..., Page]) -> None:
    stage.play(until="second", times=2)
    page = opened()
    expect(page.locator("#status")).to_contain_text("Measuring")
    writer = stage.chronicle._writer
    assert writer is not None
    writer.close()  # as the kernel does for a process that was killed
    expect(page.locator("#status")).to_contain_text(
        "Broken off: 0 of 4 repetitions; the same command goes on from there"
    )
    stage.chronicle._writer = None
    with live.events_file(stage.directory.path).open("a") as file:
        file.write('{"kind":"over","at":1}\n')
    expect(page.locator("#status")).to_contain_text("Stopped: 0 of 4 repetitions")


def test_a_lost_connection_is_told_and_found_again(browser: Browser, stage: Stage) -> None:
    stage.play(until="second", times=2)
    server = page_server(stage.directory)
    page = browser.new_context().new_page()
    page.goto(server.url)
    expect(page.locator("#status")).to_contain_text("Measuring")
    expect(page.locator("#link")).to_be_hidden()
    port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
    server.close()
    expect(page.locator("#link")).to_be_visible()
    stage.play(until="trial_finished", times=2)
    server = page_server(stage.directory, port)
    expect(page.locator("#trials tr")).to_have_count(2, timeout=20_000)
    expect(page.locator("#link")).to_be_hidden()
    page.context.close()
    server.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(stage: Stage, opened: Callable[..., Page], size: dict[str, int], scheme: str) -> None:
    stage.chronicle.said("Building k6 with the extension.")
    stage.play(until="repetition_finished")
    stage.play(until="second", times=8)
    page = opened(size, scheme)
    expect(page.locator("#trials tr").first).to_be_visible()
    expect(page.locator("#charts")).to_be_visible()

    if pictures := os.environ.get("SCALEBED_PICTURES"):
        page.screenshot(path=f"{pictures}/{scheme}-{size['width']}.png", full_page=True)
    found = Axe().run(page)
    assert [
        (each["id"], [node["target"] for node in each["nodes"]])
        for each in found.response["violations"]
        if each["impact"] in GRAVE
    ] == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"], "nothing has to be scrolled sideways"


def test_replicas_are_drawn_where_an_autoscaler_owns_them(browser: Browser, tmp_path: Path) -> None:
    """Of a run in a cluster that is over: its records alone tell it."""
    recorded = RunDirectory(ROOT / "tests" / "fixtures" / "runs" / "kubernetes-hpa")
    server = page_server(recorded)
    page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
    page.goto(server.url)
    expect(page.locator("#replicas path.line")).to_have_count(2)
    if pictures := os.environ.get("SCALEBED_PICTURES"):
        page.screenshot(path=f"{pictures}/hpa.png", full_page=True)
    page.context.close()
    server.close()
    assert not live.folder(recorded.path).exists()


def test_another_run_at_the_same_address_is_another(browser: Browser, stage: Stage, tmp_path: Path) -> None:
    """With as many trials of the same names, and other figures; the tab was left open."""
    stage.play()
    server = page_server(stage.directory)
    page = browser.new_context().new_page()
    page.goto(server.url)
    page.locator("#trials button").last.click()
    expect(page.locator("#now-title")).to_have_text("A trial, looked at again")
    port = int(server.url.rsplit(":", 1)[1].rstrip("/"))
    server.close()

    told = events(stage.directory.path)
    for each in told:
        if each.get("rate_asked"):
            each["rate_asked"] = 7e6
        if each["kind"] == "begun":
            each["plan"] |= {"name": "another", "started": "2026-01-01T00:00:00+00:00"}
    live.events_file(stage.directory.path).write_text("".join(f"{json.dumps(each)}\n" for each in told))
    server = page_server(stage.directory, port)
    expect(page.locator("h1")).to_have_text("another", timeout=20_000)
    expect(page.locator("#now-title")).to_have_text("The last trial")
    rates = page.locator("#trials tr td:nth-child(3)").all_inner_texts()
    assert set(rates) == {"7,000,000/s", "–"}
    page.context.close()
    server.close()


def test_the_bracket_is_the_searchs(browser: Browser, stage: Stage) -> None:
    """The lowest rate that did not pass, and the highest below it that did."""
    server = page_server(stage.directory)
    page = browser.new_context().new_page()
    page.goto(server.url)
    found = page.evaluate(BRACKETS)
    page.context.close()
    server.close()
    assert found == [[None, 27.4], [80, 100], [80, None], [None, None], [30, 35]]


def test_a_trial_of_hours_is_drawn(browser: Browser, stage: Stage) -> None:
    """And rates are told in what is asked for."""
    server = page_server(stage.directory)
    page = browser.new_context().new_page()
    page.goto(server.url)
    expect(page.locator("#rate path.line.served")).to_have_count(1)
    assert page.evaluate(HOURS) == [True, "12 journeys/s", "12/s"]
    page.context.close()
    server.close()


def test_a_name_that_is_markup_is_text(browser: Browser, tmp_path: Path) -> None:
    with Stage(tmp_path / "run", "<img src=x onerror=alert(1)> & <b>bold</b>") as stage:
        stage.chronicle.said("<script>alert(1)</script>")
        stage.play(until="trial_finished")
        server = page_server(stage.directory)
        page = browser.new_context().new_page()
        page.goto(server.url)
        expect(page.locator("#description")).to_have_text("<img src=x onerror=alert(1)> & <b>bold</b>")
        expect(page.locator("#log")).to_contain_text("<script>alert(1)</script>")
        assert page.locator("#log script, #description img").count() == 0
        page.context.close()
        server.close()


DARK = """() => {
  const canvas = document.querySelector('#latency canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let n = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) n += 1;
  return n;
}"""
"""How many pixels of the heat map are drawn."""

HOURS = """async () => {
  const { draw } = await import('/trial.js');
  const { asking } = await import('/words.js');
  const bands = Object.fromEntries([...Array(15).keys()].map((band) => [band, 1 + band]));
  const second = (at) => ({
    second: at, due: 120, served: 120, errors: {}, median_ms: 9, percentile_ms: 50, bands, in_flight: 2, lag_ms: 1,
  });
  const usage = (at) => ({ at_s: at + 1, interval_s: 1, cpu_s: { service: 0.3, database: 0.1 } });
  const all = [...Array(20000).keys()];
  const told = { at_most_s: 20000, service_quota: 0.5 };
  const trial = { told, seconds: all.map(second), usage: all.map(usage), supply: [] };
  draw(trial, { unit: 'requests', slo: { percentile: 95, latency_ms: 500 } }, 19999);
  // Looked at here, since the page goes on drawing the run that it shows.
  const drawn = [...document.querySelectorAll('#rate text')].some((each) => each.textContent === '20000 s');
  return [drawn, asking(12, { unit: 'journeys' }), asking(12, { unit: 'requests' })];
}"""
"""Five and a half of them."""

BRACKETS = """async () => {
  const { bracket } = await import('/state.js');
  const kinds = { P: 'PASS', F: 'FAIL', U: 'UNDECIDED', I: 'INVALID' };
  const trials = (told) => told.split(' ').filter(Boolean).map((each) => (
    { rate_asked: Number(each.slice(0, -1)), verdict: kinds[each.at(-1)] }
  ));
  const all = ['27.4P 34.2F 30.6P 32.4F 30.6F 28.9F 27.4U', '80P 100P 100F', '80P 60P 90I', '', '30P 40F 35F 20P'];
  return all.map((told) => {
    const { lower, upper } = bracket(trials(told));
    return [lower, upper];
  });
}"""


def test_a_heading_of_the_report_sorts_its_table(browser: Browser, tmp_path: Path) -> None:
    services = {"optimized": OPTIMIZED, "naive": NAIVE, "fastapi": FASTAPI}
    spec = {"kind": "matrix", "matrix": {"variants": list(services)}, "rate": 3, "duration": 8, "blocks": 3}
    run = Synthetic(tmp_path / "run", services, spec).write()
    Report(run).write()
    server = page_server(run)
    page = browser.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(f"{server.url}report")
    table = page.locator("table").first
    figures = table.locator("tbody tr td:nth-child(2) b")
    before = [float(text) for text in figures.all_inner_texts()]
    assert before != sorted(before), "or there is nothing to sort"
    heading = table.locator("thead th").nth(1)

    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert [float(text) for text in figures.all_inner_texts()] == sorted(before)
    assert heading.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert [float(text) for text in figures.all_inner_texts()] == sorted(before, reverse=True)
    table.locator("thead th").first.get_by_role("button").click()
    names = [text.split("\n")[0] for text in table.locator("tbody th").all_inner_texts()]
    assert names == sorted(names)
    assert heading.get_attribute("aria-sort") is None

    assert [each["id"] for each in Axe().run(page).response["violations"] if each["impact"] in GRAVE] == []
    page.close()
    server.close()
    assert wrong == []
