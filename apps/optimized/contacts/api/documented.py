"""The API with its description completed: Ninja cannot see what the hot views read, nor how the contract refuses."""

from typing import Any

from contract.description import described
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema


class DescribedAPI(NinjaAPI):
    """A NinjaAPI whose description says all that the contract does."""

    def __init__(self, *, cursors: bool, **options: Any) -> None:
        super().__init__(**options)
        self._cursors = cursors

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Ninja's description of the endpoints, completed."""
        found = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        complete = described(found, cursors=self._cursors)
        found.clear()
        found.update(complete)
        return found
