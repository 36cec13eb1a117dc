"""Every optimisation, as a switch: its values, its default, and how `SWITCHES` overrides it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

ON_OFF = ("on", "off")

# name → (allowed values, default). The defaults are the fastest combination that was tried; README.md says what was
# measured alone.
TABLE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "eager": (ON_OFF, "on"),
    "indexes": (ON_OFF, "on"),
    "pagination": (("keyset", "offset"), "keyset"),
    "search": (("fulltext", "trigram", "substring"), "fulltext"),
    "trigram": (ON_OFF, "on"),
    "cache": (("off", "keys", "bytes"), "bytes"),
    "pool": (ON_OFF, "on"),
    "prepared": (ON_OFF, "on"),
    "json": (("orjson", "stdlib"), "orjson"),
    "sql": (("prebuilt", "orm"), "prebuilt"),
    "async": (ON_OFF, "off"),
    "server": (("granian-wsgi", "uvicorn", "granian-asgi", "gthread"), "granian-wsgi"),
}
ASGI_SERVERS = frozenset({"uvicorn", "granian-asgi"})


class SwitchError(ValueError):
    """`SWITCHES` names what does not exist; the message lists what does."""


@dataclass(frozen=True)
class Switches:
    """The value of every switch of this process."""

    values: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> "Switches":
        """Read `name=value,…` over the defaults.

        Raises `SwitchError` for a name or value that is not in `TABLE`, a name given twice, or a choice that
        cannot work (async endpoints on a WSGI server).
        """
        values = {name: default for name, (_, default) in TABLE.items()}
        given: set[str] = set()
        for item in filter(None, (part.strip() for part in text.split(","))):
            name, equals, value = (part.strip() for part in item.partition("="))
            if name not in TABLE:
                raise SwitchError(f"SWITCHES: there is no switch {name!r}; the switches are {', '.join(TABLE)}.")
            allowed = TABLE[name][0]
            if not equals or value not in allowed:
                raise SwitchError(f"SWITCHES: {name} cannot be {value!r}; choose one of {', '.join(allowed)}.")
            if name in given:
                raise SwitchError(f"SWITCHES: {name} is given twice; keep one of them.")
            given.add(name)
            values[name] = value
        if values["async"] == "on" and values["server"] not in ASGI_SERVERS:
            raise SwitchError(
                f"SWITCHES: async=on needs an ASGI server; add server={' or server='.join(sorted(ASGI_SERVERS))}."
            )
        return cls(tuple(values.items()))

    def __getitem__(self, name: str) -> str:
        return dict(self.values)[name]

    def on(self, name: str) -> bool:
        """Whether an on/off switch is on."""
        return self[name] == "on"

    def __str__(self) -> str:
        """All switches as `name=value,…`, in the order of `TABLE`."""
        return ",".join(f"{name}={value}" for name, value in self.values)
