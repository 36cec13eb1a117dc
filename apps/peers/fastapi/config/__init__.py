"""Settings and switches, from the environment."""

import sys
from pathlib import Path

_APPS = str(Path(__file__).resolve().parents[3])
if _APPS not in sys.path:
    sys.path.append(_APPS)  # `switchboard` and `telemetry`
