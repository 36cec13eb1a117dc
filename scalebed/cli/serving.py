"""What `serve` does: have services run to look at and to work on, until a signal."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import typer

from scalebed import paths
from scalebed.cli.console import OUT, say, stopping_once, undisturbed
from scalebed.engines.local.parts.replicas import answers
from scalebed.engines.local.serving import Serving
from scalebed.provision.cache_folder import ready_cache

USUAL = ("optimized", "naive")


def serve(names: Sequence[str], *, contacts: int, seed: int, port: int) -> None:
    """Serve until a signal, and leave nothing behind. Raises UserError, and Exit where it was not up yet."""
    serving = Serving(paths.ROOT, ready_cache(), say)
    up = stopped = False
    with stopping_once():
        try:
            addresses = serving.open(names or USUAL, contacts, seed, port)
            up = True
            width = max(map(len, addresses))
            for name, url in addresses.items():
                # The core of the contract has no such page.
                page = f"   Swagger: {url}/api/swagger" if answers(urlsplit(url).port or 80, "/api/swagger") else ""
                _show(f"{name:<{width}}  {url}/api/contacts/{page}")
            _show(
                f"{contacts:,} contacts each, which go with it. A Python file of apps/ that is saved starts them anew. "
                f"Logs: {serving.logs}"
            )
            _show("Ctrl-C removes all of it.")
            serving.watch()
        except KeyboardInterrupt:
            stopped = True
            say("Stopping …")
        finally:
            with undisturbed():
                serving.close(keep_logs=not stopped)
    say("Removed all of it.")
    if not up:
        raise typer.Exit(130)


def _show(line: str) -> None:
    """One that can be copied: never broken in two."""
    OUT.print(line, soft_wrap=True, highlight=False, markup=False)
