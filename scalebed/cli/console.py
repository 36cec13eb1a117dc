"""The terminal: where lines go, how a refusal looks, and what a signal does."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer
from rich.console import Console

from scalebed.messages import UserError
from scalebed.secrecy import VEIL

OUT = Console()
ERR = Console(stderr=True)


def say(line: str) -> None:
    """To whoever reads results."""
    OUT.print(VEIL.over(line), highlight=False, markup=False)


def whisper(line: str) -> None:
    """To whoever watches, and not to whoever reads results."""
    ERR.print(VEIL.over(line), highlight=False, markup=False)


@contextmanager
def refusing() -> Iterator[None]:
    """What a person can do something about becomes one sentence on stderr and exit code 2."""
    try:
        yield
    except UserError as error:
        ERR.print(f"scalebed: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error


@contextmanager
def stopping_once() -> Iterator[None]:
    """Ctrl-C or SIGTERM raises KeyboardInterrupt, once: a second one while stopping would leave processes behind.

    A signal that whoever started us has ignored stays ignored.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for each in previous:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    heeded = [each for each in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(each) is not signal.SIG_IGN]
    previous = {each: signal.signal(each, stop) for each in heeded}
    try:
        yield
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)
