"""Puts the services' folder on the path: `peers.fastapi` is the service, `fastapi` the library."""

import sys
from pathlib import Path

APPS = Path(__file__).resolve().parents[4] / "apps"
if str(APPS) not in sys.path:
    sys.path.append(str(APPS))
