"""A request whose JSON is read from its bytes."""

from typing import Any

from peers.core.python.strict import json_of

from quart import Request


class StrictRequest(Request):
    """A request whose body is strict JSON; Quart's own reading fails where the bytes are no UTF-8."""

    async def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The body's JSON; raises `RefusedError`."""
        return json_of(await self.get_data(cache, as_text=False, parse_form_data=False))
