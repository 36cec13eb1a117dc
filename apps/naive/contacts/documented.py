"""The description completed: drf-spectacular cannot see how the contract refuses, nor what else values must be."""

from typing import Any

from contract.description import described

# What is true of a body only, although the serializer that says it makes answers too; and the library's own marks.
NOT_OF_ANSWERS = frozenset({"readOnly", "writeOnly", "default", "example", "x-spec-enum-id"})


def complete(result: dict[str, Any], generator: object, request: object, public: object) -> dict[str, Any]:
    """Say all that the contract does; a hook of drf-spectacular after the document is generated."""
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        if not name.endswith("Request"):
            properties = schema["properties"]
            schema["properties"] = {key: _of_answers(value) for key, value in properties.items()}
            # What is sent may lack what has a default; what is answered lacks nothing.
            schema["required"] = list(properties)
    return described(result, cursors=False)


def _of_answers(value: dict[str, Any]) -> dict[str, Any]:
    return {key: kept for key, kept in value.items() if key not in NOT_OF_ANSWERS}
