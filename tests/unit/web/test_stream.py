"""What a page is told of a run: all that there is, then what comes."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from staged import Stage

from scalebed.records import live
from scalebed.records.run_directory import RunDirectory
from scalebed.web import stream
from scalebed.web.stream import Follower, messages

Told = dict[str, Any]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path / "run") as made:
        yield made


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LOOK_S", 0.01)
    monkeypatch.setattr(stream, "ASK_S", 0.02)


def listening(
    directory: RunDirectory, doing: Callable[[Callable[[str], Awaitable[list[Told]]]], Awaitable[None]]
) -> None:
    """`doing` gets a function that reads on until a message of some kind."""

    async def listen() -> None:
        source: AsyncIterator[str] = messages(directory, threading.Event())

        async def until(kind: str) -> list[Told]:
            heard: list[Told] = []
            while not heard or heard[-1]["kind"] != kind:
                text = await asyncio.wait_for(anext(source), 20)
                assert text.endswith("\n\n")
                if text.startswith("data: "):
                    heard.append(json.loads(text.removeprefix("data: ")))
            return heard

        await doing(until)

    asyncio.run(listen())


def test_a_run_is_followed_to_its_end(stage: Stage) -> None:
    async def doing(until: Callable[[str], Awaitable[list[Told]]]) -> None:
        first = await until("state")
        assert next(each["kind"] for each in first) == "anew"
        assert first[-1]["goes_on"] is False
        stage.play(until="second", times=3)
        heard = await until("so_far")
        kinds = [each["kind"] for each in heard if each["kind"] not in ("state", "said")]
        assert kinds[:3] == ["begun", "repetition", "trial"]
        while not any(each["kind"] == "state" and each["goes_on"] for each in heard):
            heard += await until("state")
        stage.play()
        rest = await until("over")
        trials = {(t.block, t.cell, t.index) for t in stage.directory.trials()}
        assert {(e["block"], e["cell"], e["index"]) for e in rest if e["kind"] == "trial_over"} == trials
        assert (await until("state"))[-1]["goes_on"] is False

    listening(stage.directory, doing)


def test_whoever_comes_later_hears_the_same_state(stage: Stage) -> None:
    stage.play(until="trial_finished")
    stage.play(until="second", times=4)

    heard = [json.loads(line) for line in Follower(stage.directory).all()]
    kinds = [each["kind"] for each in heard]
    assert kinds.count("trial_over") == 1
    assert next(each["second"] for each in heard if each["kind"] == "second") == 0
    # Of the trial that is over, what it came to; its seconds are with its record.
    assert kinds.index("second") > kinds.index("trial_over")


def test_how_it_ended_is_told_where_the_page_ends_with_the_run(stage: Stage) -> None:
    async def listen() -> list[Told]:
        closing = threading.Event()
        source = messages(stage.directory, closing)
        stage.play(until="second", times=3)
        while '"goes_on":true' not in await asyncio.wait_for(anext(source), 20):
            pass
        stage.play()
        closing.set()
        return [json.loads(text.removeprefix("data: ")) async for text in source if text.startswith("data: ")]

    told = asyncio.run(listen())
    assert [each["kind"] for each in told[-2:]] == ["over", "state"]
    assert told[-1]["goes_on"] is False
    assert sum(each["kind"] == "trial_over" for each in told) == sum(1 for _ in stage.directory.trials())


def test_a_report_that_is_written_is_told(stage: Stage) -> None:
    async def doing(until: Callable[[str], Awaitable[list[Told]]]) -> None:
        assert (await until("state"))[-1]["report"] is None
        (stage.directory.path / "report.html").write_text("<p>")
        assert (await until("state"))[-1]["report"] > 0

    listening(stage.directory, doing)


def test_silence_is_broken(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SIGN_S", 0.05)

    async def listen() -> None:
        source = messages(stage.directory, threading.Event())
        while (await asyncio.wait_for(anext(source), 20)) != ":\n\n":
            pass

    asyncio.run(listen())


def test_a_line_that_was_cut_spoils_nothing(stage: Stage) -> None:
    stage.play(until="repetition_started")
    with live.events_file(stage.directory.path).open("a") as file:
        file.write('{"kind":"tri\n[]\n')
    stage.play()

    heard = [json.loads(line) for line in Follower(stage.directory).all()]
    assert heard[-1]["kind"] == "over"
    assert all(isinstance(each, dict) for each in heard)


def test_an_older_run_is_told_of_its_records(stage: Stage) -> None:
    heard = [json.loads(line) for line in Follower(stage.directory).all()]
    assert heard[0]["kind"] == "begun"
    assert sum(each["kind"] == "trial_over" for each in heard) == sum(1 for _ in stage.directory.trials())


def test_an_older_run_that_cannot_be_read_says_so(stage: Stage) -> None:
    next(stage.directory.trials_path.glob("b*.json")).write_text("{")
    (heard,) = (json.loads(line) for line in Follower(stage.directory).all())
    assert heard["kind"] == "said"
    assert "cannot be read as a Trial" in heard["line"]


def test_what_is_no_run_yet_is_waited_for(tmp_path: Path) -> None:
    assert list(Follower(RunDirectory(tmp_path)).all()) == []
