"""Puts the folder of the services on the path, so that the pure layers can be imported as `optimized`."""

import sys

from scalebed.paths import ROOT

APPS = ROOT / "apps"
if str(APPS) not in sys.path:
    sys.path.append(str(APPS))
