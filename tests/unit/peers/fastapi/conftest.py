"""Puts the services' folder on the path: `peers.fastapi` is the service, `fastapi` the library."""

import sys

from scalebed.paths import ROOT

APPS = ROOT / "apps"
if str(APPS) not in sys.path:
    sys.path.append(str(APPS))
