"""What of an answer the contract speaks of, so that two can be held together, and one to what is said of it."""

from typing import Any

from .odd_requests import MESSAGES, Odd
from .wire import Answer

# Beyond the contract's own, a balancer's or a server's way to refuse what it takes for no HTTP.
REFUSED_BEFORE = frozenset({400, 404, 405, 501})
# Of a contact, what no two services can have in common.
OWN = frozenset({"id", "customer_id", "created", "last_updated"})


def shape(value: Any) -> Any:
    """Return a refusal with `messages` for each sentence or list of sentences."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    sentences = value if isinstance(value, list) and value else [value]
    return MESSAGES if all(isinstance(one, str) and one for one in sentences) else value


def said(answer: Answer, odd: Odd) -> tuple[Any, ...]:
    """Return all of an answer that must be the same everywhere: status, media type, methods, challenge and body."""
    if odd.loose:
        return (answer.status in REFUSED_BEFORE,)
    media_type = answer.headers.get("content-type")
    if answer.status >= 400:
        body = shape(answer.json) if odd.message.method != "HEAD" else answer.content
        challenge = answer.headers.get("www-authenticate", "").partition(" ")[0]
        # Some frameworks name the methods in every answer; it is in a 405 that they are owed.
        methods = allowed(answer) if answer.status == 405 else None
        return (answer.status, media_type, methods, challenge, body)
    return (answer.status, media_type, _content(answer, odd))


def allowed(answer: Answer) -> frozenset[str]:
    """Return the methods that a 405 names."""
    names = answer.headers.get("allow", "")
    return frozenset(name.strip() for name in names.split(",") if name.strip())


def trouble(answer: Answer, odd: Odd) -> str | None:
    """Return how an answer is not what the contract says of a request, or None."""
    if odd.loose:
        return None if answer.status in REFUSED_BEFORE else f"{answer.status}"
    if answer.status != odd.status:
        return f"{answer.status} for {odd.status}: {answer.content[:200]!r}"
    if odd.message.method == "HEAD":
        return f"a body: {answer.content[:200]!r}" if answer.content else None
    if odd.shape is not None and shape(answer.json) != odd.shape:
        return f"{str(answer.json)[:300]} for {str(odd.shape)[:300]}"
    if odd.allow and allowed(answer) != odd.allow:
        return f"Allow: {answer.headers.get('allow')} for {sorted(odd.allow)}"
    return None


def _content(answer: Answer, odd: Odd) -> Any:
    body = answer.json
    if odd.message.method == "HEAD":
        return answer.content
    if not isinstance(body, dict) or "results" not in body or "next" not in body:
        return body
    # Full-text search may find fewer; links and counts differ with the pagination.
    if b"search=" in odd.message.target:
        return sorted(body)
    return [contact["id"] for contact in body["results"]]


def written(contact: dict[str, Any]) -> dict[str, Any]:
    """Return what a client wrote of a contact, without what the service made up."""
    nested = {name: value for name, value in contact.items() if name not in OWN}
    for name in ("address", "relationship"):
        if nested[name] is not None:
            nested[name] = {inner: value for inner, value in nested[name].items() if inner not in OWN}
    return nested
