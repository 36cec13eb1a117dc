"""What no endpoint answers. Bolt's router gives a 404 for a method that an address lacks, a redirect for one that lacks
its slash, and no HEAD for GET: here each gets what the contract says."""

import re
from collections.abc import Callable
from typing import Any

from contract.document import MESSAGES
from contract.errors import NotFoundError
from django_bolt import BoltAPI, Request
from django_bolt.responses import JSON

from .answering import Handler, counted

ALL = ("get", "head", "post", "put", "patch", "delete", "options")


class Routes:
    """Puts endpoints into Bolt's router, and knows which methods an address has."""

    def __init__(self, api: BoltAPI) -> None:
        self._api = api
        self._methods: dict[str, set[str]] = {}

    def add(self, method: str, path: str, status: int = 200) -> Callable[[Handler], Handler]:
        """Route an address's method to an endpoint; HEAD to the same as GET."""
        self._methods.setdefault(path, set()).update({"GET", "HEAD"} if method == "GET" else {method})

        def put(handle: Handler) -> Handler:
            asked = counted(path, status)(handle)
            for name in {"GET": ("get", "head")}.get(method, (method.lower(),)):
                getattr(self._api, name)(path, status_code=status)(asked)
            return asked

        return put

    def contact_id(self, request: Request) -> int | None:
        """A contact's id as the address has it, None where it is not of ASCII digits."""
        given: str = request.params["contact_id"]
        if not re.fullmatch("[0-9]+", given):
            return None
        # What int() refuses to convert is no contact's id.
        return int(given) if len(given) <= 4000 else 10**20

    def finish(self) -> None:
        """Route everything else."""
        for path in ("/", "/{rest:path}"):
            for name in ALL:
                getattr(self._api, name)(path)(counted("unmatched")(self.elsewhere))

    async def elsewhere(self, request: Request) -> Any:
        """A 405 where the address has other methods, else a 404."""
        allowed = self._methods.get(re.sub("/[0-9]+/$", "/{contact_id}/", request.path))
        if allowed is None or (request.path.endswith("/{contact_id}/")):
            raise NotFoundError(MESSAGES["not_found"])
        detail = MESSAGES["method"].format(method=request.method)
        return JSON({"detail": detail}, status_code=405, headers={"Allow": ", ".join(sorted(allowed))})
