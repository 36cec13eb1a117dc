"""Django's commands, with this service's settings."""

import os
import sys
from pathlib import Path

# The folder of the package and of what services share.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peers.bolt.config.settings")
    execute_from_command_line(sys.argv)
