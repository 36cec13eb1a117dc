"""Flask's JSON by orjson, as its documentation has it; what comes in is strict."""

from typing import Any

from peers.core.python.rows import encode
from peers.core.python.strict import json_of

from flask import Response
from flask.json.provider import JSONProvider


class ContractJson(JSONProvider):
    """JSON as the contract writes and reads it."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """JSON as text."""
        return encode(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of JSON; raises `RefusedError`."""
        return json_of(s.encode() if isinstance(s, str) else s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """JSON as an answer, in bytes at once."""
        body = encode(self._prepare_response_obj(args, kwargs))
        return Response(body, mimetype="application/json")
