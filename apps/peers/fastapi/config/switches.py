"""Everything that an experiment may vary in this service, and which choices exclude each other. Pure."""

from collections.abc import Iterator

from switchboard import ON_OFF, SwitchError, Switches, Table, whole

TABLE: Table = {
    "data": (("asyncpg", "sqlalchemy"), "asyncpg"),
    "driver": (("asyncpg", "libpq"), "asyncpg"),
    "models": (("none", "pydantic", "msgspec"), "none"),
    "jwt": (("pyjwt", "joserfc"), "pyjwt"),
    "cache": (("bytes", "off"), "bytes"),
    "redis": (("connections", "redis-py", "valkey-glide"), "connections"),
    "held": (ON_OFF, "off"),
    "pagination": (("keyset", "offset"), "keyset"),
    "search": (("fulltext", "trigram", "substring"), "fulltext"),
    "indexes": (ON_OFF, "on"),
    "trigram": (ON_OFF, "on"),
    "server": (("uvicorn", "granian", "gunicorn-uvicorn"), "uvicorn"),
    "workers": (whole(1, 64), "1"),
    "pool_size": (whole(1, 64), "4"),
}


def parse(text: str) -> Switches:
    """Read `SWITCHES`; raises `SwitchError`, also for choices that cannot work together."""
    switches = Switches.parse(text, TABLE)
    for trouble in _troubles(switches):
        raise SwitchError(f"SWITCHES: {trouble}")
    return switches


def without_shared_cache(switches: Switches) -> str | None:
    """Why these switches need `CACHE_URL`, in a sentence; None where they do without."""
    workers, cache = switches["workers"], switches["cache"]
    if workers != "1" and cache != "off":
        return (
            f"workers={workers} and cache={cache} need CACHE_URL: without it each process caches for itself and misses "
            "the others' writes; set CACHE_URL, or choose workers=1 or cache=off."
        )
    if switches["redis"] != "connections":
        return (
            f"redis={switches['redis']} needs CACHE_URL: without it Redis is not asked; set CACHE_URL, or leave redis."
        )
    if not switches.on("held"):
        return None
    return (
        "held=on needs CACHE_URL: it is a first level in front of a cache that processes share; set CACHE_URL, or "
        "choose held=off."
    )


def _troubles(switches: Switches) -> Iterator[str]:
    if switches["driver"] == "libpq" and switches["data"] != "asyncpg":
        yield "driver=libpq needs data=asyncpg: SQLAlchemy brings its own."
    if switches["models"] != "none":
        models = f"models={switches['models']}"
        if switches["data"] != "asyncpg":
            yield f"{models} needs data=asyncpg: the arm of SQLAlchemy always has pydantic's."
        if switches["driver"] != "asyncpg":
            yield f"{models} needs driver=asyncpg: the times of the other have no zone, of which models make their Z."
    if switches["workers"] != "1" and switches["server"] != "gunicorn-uvicorn":
        yield f"workers={switches['workers']} needs server=gunicorn-uvicorn."
    if switches.on("held") and not (switches["data"] == "asyncpg" and switches["cache"] == "bytes"):
        yield "held=on needs data=asyncpg and cache=bytes."
    if switches["redis"] != "connections" and (switches["cache"] == "off" or switches.on("held")):
        yield f"redis={switches['redis']} needs cache=bytes and held=off, which brings a connection of its own."
