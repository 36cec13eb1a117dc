"""`python -m scalebed` is the command line."""

import sys
import traceback

from scalebed.cli.app import app


def main() -> None:
    """Run the command line; what nobody foresaw ends with 2, since Python's own 1 would mean the answer no."""
    try:
        app(prog_name="scalebed")
    except Exception:
        traceback.print_exc()
        sys.exit(2)


if __name__ == "__main__":
    main()
