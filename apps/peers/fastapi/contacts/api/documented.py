"""The description completed: FastAPI cannot see what endpoints read by themselves, nor how the contract refuses."""

from functools import cache
from typing import Any

from contract.description import described

from fastapi import FastAPI


def complete(app: FastAPI, *, cursors: bool) -> None:
    """Let the application's description say all that the contract does; it is made when it is first asked for."""
    generated = app.openapi

    @cache
    def openapi() -> dict[str, Any]:
        return described(generated(), cursors=cursors)

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it
