"""Settings, switches and routes; what all variants share lies in the folder above the service's."""

import sys
from pathlib import Path

if (_shared := str(Path(__file__).resolve().parents[2])) not in sys.path:
    sys.path.append(_shared)
