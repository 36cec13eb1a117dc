#!/usr/bin/env python
"""Django's command line for this service."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run one management command."""
    # In place of this folder, whose modules are `naive`'s.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "naive.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the path is set

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
