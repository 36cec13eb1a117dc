"""What is refused, by the service, Flask or the database, as the contract's JSON."""

from contract.document import MESSAGES
from contract.errors import RefusedError, UnauthorizedError
from peers.core.python.sessions import NoDatabaseError
from werkzeug.exceptions import HTTPException

from flask import Flask, Response, jsonify, request

SENTENCES = {404: MESSAGES["not_found"], 500: MESSAGES["failed"]}


def init_app(app: Flask) -> None:
    """Answer every error in JSON."""
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(HTTPException, _of_http)


def _refused(error: RefusedError) -> Response:
    response = jsonify(error.body)
    response.status_code = error.status
    if isinstance(error, UnauthorizedError):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, NoDatabaseError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    detail = SENTENCES.get(status, MESSAGES["bad_request"])
    if status == 405:
        detail = MESSAGES["method"].format(method=request.method)
    response = jsonify(detail=detail)
    response.status_code = status
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response
