#!/usr/bin/env python
"""Django's command line for this service."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    # In place of this folder, whose modules are `optimized`'s.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "optimized.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
