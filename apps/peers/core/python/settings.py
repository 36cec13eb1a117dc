"""Settings from the environment, which mean the same for every peer in Python."""

from collections.abc import Mapping
from dataclasses import dataclass

from switchboard import SwitchError, Switches, Table


class SettingsError(ValueError):
    """A variable is missing or makes no sense; the message is one sentence."""


@dataclass(frozen=True)
class Settings:
    """Everything that the environment decides. Times are in the unit that their name ends in."""

    switches: Switches
    database_url: str
    secret_key: str
    allowed_hosts: tuple[str, ...]
    log_level: str
    pool_timeout_s: float
    access_token_s: int
    refresh_token_s: int

    @classmethod
    def read(cls, environment: Mapping[str, str], table: Table) -> "Settings":
        """From variables such as `os.environ`, with a peer's table of switches; raises `SettingsError`."""
        try:
            switches = Switches.parse(environment.get("SWITCHES", ""), table)
        except SwitchError as error:
            raise SettingsError(str(error)) from None
        hosts = environment.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",")
        return cls(
            switches=switches,
            database_url=_required(environment, "DATABASE_URL"),
            secret_key=_required(environment, "SECRET_KEY"),
            allowed_hosts=tuple(host.strip().lower() for host in hosts if host.strip()),
            log_level=environment.get("LOG_LEVEL", "INFO"),
            pool_timeout_s=_number(environment, "POOL_TIMEOUT_S", 3),
            access_token_s=int(_number(environment, "ACCESS_TOKEN_S", 300)),
            refresh_token_s=int(_number(environment, "REFRESH_TOKEN_S", 86_400)),
        )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set; apps/README.md says what it is for.")
    return value


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name) or str(default)
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 < number < float("inf"):
        raise SettingsError(f"{name} is {text!r}; give a number above 0.")
    return number
