"""Puts the folder of the services on the path, so that what is pure in this one can be imported as `naive`."""

import sys

from scalebed.paths import ROOT

APPS = ROOT / "apps"
if str(APPS) not in sys.path:
    sys.path.append(str(APPS))
