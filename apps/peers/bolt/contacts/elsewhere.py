"""What no endpoint answers. Bolt's router gives a 404 for a method that an address lacks, a redirect for one that lacks
its slash, and no HEAD for GET: here each gets what the contract says."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from contract.document import MESSAGES
from contract.errors import NotFoundError
from django_bolt import BoltAPI, Request
from django_bolt.responses import JSON

from .answering import Handler, counted

CONTACT = "/api/contacts/{contact_id}/"
MOST_DIGITS = 4000
_CONTACT = re.compile("/api/contacts/([0-9]+)/")
ALL = ("get", "head", "post", "put", "patch", "delete", "options")


class Routes:
    """Puts endpoints into Bolt's router, and knows which methods an address has."""

    def __init__(self, api: BoltAPI) -> None:
        self._api = api
        self._endpoints: dict[str, dict[str, Handler]] = {}

    def add(self, method: str, path: str, status: int = 200) -> Callable[[Handler], Handler]:
        """Route an address's method to an endpoint; HEAD to the same as GET."""

        def put(handle: Handler) -> Handler:
            asked = counted(path, status)(handle)
            for name in {"GET": ("GET", "HEAD")}.get(method, (method,)):
                self._endpoints.setdefault(path, {})[name] = asked
                getattr(self._api, name.lower())(path, status_code=status)(asked)
            return asked

        return put

    def contact_id(self, request: Request) -> int | None:
        """A contact's id as the address has it, None where it is not of ASCII digits."""
        found = _CONTACT.fullmatch(unquote(request.path))
        if found is None:
            return None
        # What int() refuses to convert is no contact's id.
        return int(found[1]) if len(found[1]) <= MOST_DIGITS else 10**20

    def finish(self) -> None:
        """Route everything else."""
        refuse = counted("unmatched")(self.elsewhere)

        async def left(request: Request) -> Any:
            """An address that is only written otherwise, with what need not be percent-encoded, is the same one."""
            asked = self._at(request).get(request.method)
            return await (asked or refuse)(request)

        for path in ("/", "/{rest:path}"):
            for name in ALL:
                getattr(self._api, name)(path)(left)

    async def elsewhere(self, request: Request) -> Any:
        """A 405 where the address has other methods, else a 404."""
        if not (allowed := self._at(request)):
            raise NotFoundError(MESSAGES["not_found"])
        detail = MESSAGES["method"].format(method=request.method)
        return JSON({"detail": detail}, status_code=405, headers={"Allow": ", ".join(sorted(allowed))})

    def _at(self, request: Request) -> Mapping[str, Handler]:
        """The endpoints of an address by their methods; Bolt's router takes it as it was sent."""
        path: str = request.path
        if "%2f" in path.lower():
            return {}
        path = unquote(path)
        return self._endpoints.get(CONTACT if _CONTACT.fullmatch(path) else path, {}) if path != CONTACT else {}
