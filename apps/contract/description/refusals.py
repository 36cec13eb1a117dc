"""How the contract refuses: the statuses of every operation besides its success, and what their bodies say."""

from collections.abc import Mapping

from .values import Json

BODIES = frozenset({"post", "put", "patch"})
MEANINGS: Mapping[str, str] = {
    "400": "A parameter or the body is not as it must be; told by the names of what is wrong, or in `detail`.",
    "401": "The name and password, or the token, are not good.",
    "404": "There is no such contact, or no such page.",
    "405": "This address does not know the method that was sent; `Allow` names those that it knows.",
    "413": "The body is larger than 5 MiB.",
    "415": "The body is not `application/json`.",
    "503": "The database did not answer, or not in time.",
}
DETAIL: Json = {
    "type": "object",
    "description": "Why a request was refused.",
    "properties": {"detail": {"type": "string"}},
    "required": ["detail"],
    "additionalProperties": False,
}
INVALID: Json = {
    "type": "object",
    "description": "What is wrong with a request: by field the messages, or what is wrong inside it; or one `detail`.",
    "properties": {"detail": {"type": "string"}},
    "minProperties": 1,
    "additionalProperties": {
        "anyOf": [{"type": "array", "items": {"type": "string"}}, {"$ref": "#/components/schemas/Invalid"}]
    },
}


def refusals(operation: str, path: str, method: str) -> dict[str, Json]:
    """Status → its response; `operation` is the operation's name."""
    # Every operation refuses parameters that it does not know.
    statuses = {"400", "405"}
    if method in BODIES:
        statuses |= {"413", "415"}
    if "/basics/" not in path:
        statuses |= {"503"}
    if "/auth/" in path:
        statuses |= {"401"}
    if "{id}" in path or operation == "contact_list":
        statuses |= {"404"}
    return {status: _refusal(status) for status in sorted(statuses)}


def _refusal(status: str) -> Json:
    schema = {"$ref": f"#/components/schemas/{'Invalid' if status == '400' else 'Detail'}"}
    answer: Json = {"description": MEANINGS[status], "content": {"application/json": {"schema": schema}}}
    if status == "405":
        answer["headers"] = {"Allow": {"schema": {"type": "string"}}}
    return answer
