"""The two namespaces of an engine: whose they must be, and how they are made and removed.

Nothing is touched in a namespace that the project did not make and that nobody gave.
"""

from __future__ import annotations

from dataclasses import dataclass

from scalebed.engines.kubernetes.api.client import Api, ApiError, Json
from scalebed.engines.kubernetes.api.paths import MANAGED_BY, NAMESPACES, OURS, PART_OF, field, found
from scalebed.messages import EngineError

APP, LOAD = "scalebed", "scalebed-load"
POD_SECURITY = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}


@dataclass(frozen=True)
class Namespaces:
    """`app` is the release's namespace, `load` that of TestRuns; `given`: named by whoever started this."""

    app: str
    load: str
    given: bool

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.app, self.load)))

    @property
    def of_load(self) -> Namespaces:
        """That of TestRuns alone."""
        return Namespaces(self.load, self.load, self.given)


def named(given: str | None) -> Namespaces:
    """Two of the project's own, or everything in the one that was given."""
    return Namespaces(given, given, True) if given else Namespaces(APP, LOAD, False)


def refuse_others(api: Api, of: Namespaces) -> None:
    """Raises EngineError where a namespace is there that is neither the project's nor given."""
    if of.given:
        return
    for name in of.all:
        there = found(api, f"{NAMESPACES}/{name}")
        if there is not None and field(there, "metadata", "labels", PART_OF) != "scalebed":
            raise EngineError(
                f"namespace {name}: is there and was not made by Scalebed; give it with --namespace {name} if it is "
                "meant, or another one"
            )


def ensure(api: Api, of: Namespaces) -> list[str]:
    """Make those that are missing, with restricted pod security; their names."""
    refuse_others(api, of)
    made = []
    for name in of.all:
        if _seen(api, name, given=of.given) is None:
            body: Json = {"metadata": {"name": name, "labels": {**OURS, **POD_SECURITY}}}
            api.post(NAMESPACES, body)
            made.append(name)
    return made


def remove_made(api: Api, of: Namespaces) -> list[str]:
    """Remove those that an engine made, and nothing else; their names."""
    removed = []
    for name in of.all:
        there = _seen(api, name, given=of.given)
        if there is not None and field(there, "metadata", "labels", MANAGED_BY) == "scalebed":
            api.delete(f"{NAMESPACES}/{name}")
            removed.append(name)
    return removed


def _seen(api: Api, name: str, *, given: bool) -> Json | None:
    """The namespace; one that was `given` and may not be looked at is there, and nobody made it for an experiment."""
    try:
        return found(api, f"{NAMESPACES}/{name}")
    except ApiError as error:
        if error.status == 403 and given:
            return {}
        raise
