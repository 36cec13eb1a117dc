"""`python -m docsmith` writes the generated parts of documentation and charts; with `--check` it says what drifted."""

from __future__ import annotations

import argparse
import sys

from docsmith import generated
from scalebed.cli.app import app
from scalebed.messages import UserError
from scalebed.paths import ROOT


def main(words: list[str] | None = None) -> int:
    """0, or with `--check` 1 where something drifted; 2 where a page cannot be made."""
    parser = argparse.ArgumentParser(
        prog="docsmith", description="Write the generated parts of documentation and charts."
    )
    parser.add_argument("--check", action="store_true", help="only say what has drifted")
    check = parser.parse_args(words).check
    try:
        drifted = generated.drifted(ROOT, app) if check else generated.write(ROOT, app)
    except UserError as error:
        print(f"docsmith: {error}", file=sys.stderr)
        return 2
    for path in drifted:
        print(f"{'has drifted; run scripts/fix' if check else 'wrote'}: {path}")
    return 1 if check and drifted else 0


if __name__ == "__main__":
    sys.exit(main())
