"""What could not be verified where this is developed, as a page with the command that would verify it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

SOURCE = Path("tests") / "e2e" / "elsewhere.toml"


class Claim(BaseModel):
    """Markdown, but for `command`, which is one for a shell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    needs: str
    instead: str
    """What was verified in its place."""
    command: str


def claims(root: Path) -> list[Claim]:
    """In the order of the file."""
    listed = tomllib.loads((root / SOURCE).read_text(encoding="utf-8"))["claim"]
    return [Claim.model_validate(each) for each in listed]


_BEGINNING = """\
# Not verified here

What this project says of itself is tested, except for the following, which the machine that it is developed on cannot
show. Each command, on a machine that has what is needed, would."""


def page(root: Path) -> str:
    """All claims, as Markdown."""
    parts = [_BEGINNING]
    for claim in claims(root):
        what = claim.what[0].upper() + claim.what[1:]
        parts.append(f"**{what}.** Needs {claim.needs}. Here instead: {claim.instead}.")
        parts.append(f"```sh\n{claim.command}\n```")
    return "\n\n".join(parts) + "\n"
