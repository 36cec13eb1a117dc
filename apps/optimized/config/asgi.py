"""The ASGI entry point."""

import os
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "optimized.config.settings")
application: Any = get_asgi_application()
if settings.SWITCHES["hot"] != "django":
    # Not before Django is set up.
    from optimized.contacts.api.loop.application import on_the_loop
    from optimized.contacts.composition import services

    application = on_the_loop(settings.SWITCHES, services().on_loop)
