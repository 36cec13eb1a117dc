"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

CONTEXT = "Of the kubeconfig; one that is not on this machine must be named."
NAMESPACE = "Use this one alone, whoever made it."
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout, all else on stderr.")]
