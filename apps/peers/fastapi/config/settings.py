"""Settings from the environment; `.env.example` documents each variable."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from stopping import CONNECTION_S
from switchboard import SwitchError, Switches
from tls import TlsHostError, host_name, tls_host

from .switches import parse, without_shared_cache

# How long to wait for an answer where a statement may take any time.
ANY_TIME_S = 3600


class SettingsError(ValueError):
    """A variable is missing or makes no sense; the message is one sentence."""


@dataclass(frozen=True)
class Settings:
    """Everything that the environment decides. Times are in the unit that their name ends in."""

    switches: Switches
    database_url: str
    cache_url: str
    secret_key: str
    allowed_hosts: tuple[str, ...]
    tls_host: str
    log_level: str
    pool_timeout_s: float
    database_probe_ms: float
    patience_s: float
    cache_ttl_s: float
    cache_timeout_ms: int
    cache_slow_ms: float
    cache_probe_ms: float
    held_bytes: int
    access_token_s: int
    refresh_token_s: int

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """From variables such as `os.environ`; raises `SettingsError`."""
        try:
            switches = parse(environment.get("SWITCHES", ""))
            tls = tls_host(environment.get("TLS_HOST", ""))
        except (SwitchError, TlsHostError) as error:
            raise SettingsError(str(error)) from None
        cache_url = environment.get("CACHE_URL", "")
        if not cache_url and (trouble := without_shared_cache(switches)) is not None:
            raise SettingsError(trouble)
        hosts = [*environment.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(","), host_name(tls)]
        return cls(
            switches=switches,
            database_url=_required(environment, "DATABASE_URL"),
            cache_url=cache_url,
            secret_key=_required(environment, "SECRET_KEY"),
            allowed_hosts=tuple(host.strip().lower() for host in hosts if host.strip()),
            tls_host=tls,
            log_level=environment.get("LOG_LEVEL", "INFO"),
            pool_timeout_s=_number(environment, "POOL_TIMEOUT_S", 3),
            database_probe_ms=_number(environment, "DATABASE_PROBE_MS", 500),
            patience_s=_patience_s(environment),
            cache_ttl_s=_number(environment, "CACHE_TTL_S", 30),
            cache_timeout_ms=int(_number(environment, "CACHE_TIMEOUT_MS", 250)),
            cache_slow_ms=_number(environment, "CACHE_SLOW_MS", 5),
            cache_probe_ms=_number(environment, "CACHE_PROBE_MS", 250),
            held_bytes=int(_number(environment, "HELD_BYTES", 16 * 1024 * 1024)),
            access_token_s=int(_number(environment, "ACCESS_TOKEN_S", 300)),
            refresh_token_s=int(_number(environment, "REFRESH_TOKEN_S", 86_400)),
        )

    @property
    def database_name(self) -> str:
        """The last part of the database's URL."""
        return urlsplit(self.database_url).path.lstrip("/")


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set; .env.example says what it is for.")
    return value


def _patience_s(environment: Mapping[str, str]) -> float:
    """After how long a statement would have been ended by the server, had it heard of it."""
    if environment.get("STATEMENT_TIMEOUT_MS", "") in {"", "0"}:
        return ANY_TIME_S
    return CONNECTION_S + _number(environment, "STATEMENT_TIMEOUT_MS", 0) / 1000


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name) or str(default)
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 < number < float("inf"):
        raise SettingsError(f"{name} is {text!r}; give a number above 0.")
    return number
