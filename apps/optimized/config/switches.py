"""Everything that an experiment may vary in this service, and which choices exclude each other. Pure."""

from collections.abc import Iterator

from switchboard import ON_OFF, SwitchError, Switches, Table, whole

# The defaults are the fastest combination that was tried; README.md says what was measured alone.
TABLE: Table = {
    "eager": (ON_OFF, "on"),
    "indexes": (ON_OFF, "on"),
    "pagination": (("keyset", "offset"), "keyset"),
    "search": (("fulltext", "trigram", "substring"), "fulltext"),
    "trigram": (ON_OFF, "on"),
    "denormalised": (ON_OFF, "off"),
    "cache": (("off", "keys", "bytes"), "bytes"),
    "pool": (ON_OFF, "on"),
    "pool_size": (whole(1, 64), "4"),
    "prepared": (ON_OFF, "on"),
    "json": (("orjson", "stdlib", "msgspec"), "orjson"),
    "sql": (("prebuilt", "values", "orm"), "prebuilt"),
    "jwt": (("pyjwt", "joserfc"), "pyjwt"),
    "async": (ON_OFF, "off"),
    "hot": (("django", "loop", "front"), "django"),
    "held": (ON_OFF, "off"),
    "server": (
        ("granian-wsgi", "granian-asgi", "uvicorn", "gthread", "gunicorn-sync", "gunicorn-uvicorn"),
        "granian-wsgi",
    ),
    "workers": (whole(1, 64), "1"),
    "threads": (whole(1, 64), "2"),
}
ASGI_SERVERS = ("granian-asgi", "uvicorn", "gunicorn-uvicorn")
THREADED_SERVERS = ("granian-wsgi", "gthread")


def parse(text: str) -> Switches:
    """Read `SWITCHES`; raises `SwitchError`, also for choices that cannot work together."""
    switches = Switches.parse(text, TABLE)
    for trouble in _troubles(switches):
        raise SwitchError(f"SWITCHES: {trouble}")
    return switches


def without_shared_cache(switches: Switches) -> str | None:
    """Why these switches need `CACHE_URL`, in a sentence; None where they do without."""
    if switches.number("workers") == 1 or switches["cache"] == "off":
        return None
    return (
        f"workers={switches['workers']} and cache={switches['cache']} need CACHE_URL: without it each process caches "
        "for itself and misses the others' writes; set CACHE_URL, or choose workers=1 or cache=off."
    )


def _troubles(switches: Switches) -> Iterator[str]:
    server, threads = switches["server"], switches["threads"]
    if switches.on("async") and server not in ASGI_SERVERS:
        yield f"async=on needs an ASGI server; add {_any_of('server', ASGI_SERVERS)}."
    on_loop = switches["hot"] != "django"
    if on_loop:
        yield from _troubles_of_the_loop(switches)
    if switches.on("held") and not (on_loop and switches["cache"] == "bytes"):
        yield f"held=on needs cache=bytes and {_any_of('hot', ('loop', 'front'))}."
    # The default says nothing about a server that has no threads to count; one thread is what that has.
    if server not in THREADED_SERVERS and not on_loop and threads not in {"1", TABLE["threads"][1]}:
        yield f"threads={threads} needs a server with threads; choose {_any_of('server', THREADED_SERVERS)}."
    if not switches.on("pool") and switches["pool_size"] != TABLE["pool_size"][1]:
        yield f"pool_size={switches['pool_size']} needs pool=on."
    if switches.on("denormalised") and switches["sql"] != "prebuilt":
        yield "denormalised=on needs sql=prebuilt: the ORM's models know no copies."
    if switches["sql"] == "values" and not switches.on("eager"):
        yield "sql=values always joins; choose eager=on, or sql=orm or sql=prebuilt."


def _troubles_of_the_loop(switches: Switches) -> Iterator[str]:
    hot = f"hot={switches['hot']}"
    if switches["server"] not in ASGI_SERVERS:
        yield f"{hot} needs an ASGI server; add {_any_of('server', ASGI_SERVERS)}."
    if switches.on("async"):
        yield f"{hot} answers the hot reads on the event loop already; leave async=off."
    # What has no twin on the loop.
    for name, value in {"sql": "prebuilt", "eager": "on", "pool": "on"}.items():
        if switches[name] != value:
            yield f"{hot} needs {name}={value}."
    if switches["cache"] == "keys":
        yield f"{hot} knows no cache of keys; choose cache=bytes or cache=off."


def _any_of(name: str, values: tuple[str, ...]) -> str:
    return " or ".join(f"{name}={value}" for value in values)
