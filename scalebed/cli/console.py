"""The terminal: where lines go, how a refusal looks, and what a signal does."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

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


_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a request to end, and a terminal that is closed."""


@contextmanager
def stopping_once() -> Iterator[None]:
    """Ctrl-C, SIGTERM or a terminal that is closed raises KeyboardInterrupt, once: a second one while stopping would
    leave processes behind.

    A signal that whoever started us has ignored stays ignored.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)
        if number == signal.SIGHUP:
            _forget_terminal()
        raise KeyboardInterrupt

    with _handling(stop):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """What is begun here is finished, whatever signal comes: half a clean-up would leave processes behind."""
    with _handling(signal.SIG_IGN):
        yield


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> Iterator[None]:
    """For all signals that would end us and are not ignored."""
    heeded = [each for each in _ENDING if signal.getsignal(each) is not signal.SIG_IGN]
    previous: dict[signal.Signals, Any] = {}
    try:
        for each in heeded:
            previous[each] = signal.signal(each, handler)
        yield
    finally:
        for each, former in previous.items():
            signal.signal(each, former)


def _forget_terminal() -> None:
    """Writing to one that is gone is an error, and would end whoever says that he cleans up."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        if stat.S_ISCHR(os.fstat(descriptor).st_mode):
            os.dup2(nowhere, descriptor)
    os.close(nowhere)
