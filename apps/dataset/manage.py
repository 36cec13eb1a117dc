#!/usr/bin/env python
"""Django's command line for the rows and the database objects, without any variant: it needs `DATABASE_URL` alone."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    # In place of this folder, whose modules are `dataset`'s.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    os.environ["DJANGO_SETTINGS_MODULE"] = "dataset.settings"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
