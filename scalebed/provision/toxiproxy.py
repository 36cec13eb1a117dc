"""Toxiproxy: a proxy whose connections can be made slow, or let nothing through."""

from __future__ import annotations

from pathlib import Path

from scalebed.messages import Say
from scalebed.provision.go_program import GoProgram, ensure

_PACKAGE = "github.com/Shopify/toxiproxy/v2/cmd/server"


def ensure_toxiproxy(cache: Path, source: Path, say: Say) -> Path:
    """The proxy in `cache`, of the version that the Go module in `source` names; built if missing.

    Raises EngineError where there is no Go or the build fails.
    """
    told = "Building Toxiproxy, which makes connections slow (once; about a minute) …"
    return ensure(cache, GoProgram("toxiproxy", source, _PACKAGE, told), say)
