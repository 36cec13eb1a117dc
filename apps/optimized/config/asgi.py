"""The ASGI entry point."""

import os
from typing import IO, Any

import django
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)


class Handler(ASGIHandler):
    """Django's handler, which answers in JSON to a request that it cannot read."""

    def create_request(
        self, scope: dict[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        """A request, or a response where the query's bytes are no text at all."""
        request, response = super().create_request(scope, body_file)
        return (request, response) if request is not None else (None, _unreadable())


def _unreadable() -> HttpResponseBase:
    from contacts.api.errors import detail  # noqa: PLC0415  after the set-up

    return detail("The request cannot be read.", 400)


application = Handler()
