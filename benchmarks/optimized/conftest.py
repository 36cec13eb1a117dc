"""Sets up the optimized service."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from service import set_up

set_up("optimized")
