"""The WSGI application that gunicorn serves."""

import os
import sys
from pathlib import Path

from django.core.wsgi import get_wsgi_application

# `dataset` and `telemetry`, which all variants share, lie beside this service.
sys.path.append(str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
