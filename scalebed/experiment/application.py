"""An application of the user's own, as an experiment file describes it: how it is started, or where it runs."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from scalebed.experiment.duration import Duration
from scalebed.experiment.strict import Strict


def _from_file(place: str, info: ValidationInfo) -> str:
    """In full, counted from the experiment file's folder; as it is in a run directory, where it is in full already."""
    folder = (info.context or {}).get("folder")
    return str((Path(folder) / Path(place).expanduser()).absolute()) if folder is not None else place


Place = Annotated[str, Field(min_length=1), AfterValidator(_from_file)]
"""A file or a folder, relative to the experiment file; in full once it is read."""


def _word(value: object) -> object:
    """A number as text; a YAML `on` is a truth value, and which word was meant nobody can tell."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Setting = Annotated[str, BeforeValidator(_word, json_schema_input_type=str | int | float)]
"""The value of an environment variable."""


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _variable(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of an environment variable; use letters, digits and underscores")
    return name


def _place_of_secret(name: str) -> str:
    """Without a word of what was given: it may be the secret itself."""
    if not _NAME.fullmatch(name):
        raise ValueError("is no name of an environment variable; use letters, digits and underscores")
    return name


VariableName = Annotated[str, AfterValidator(_variable)]


def _lower(url: str) -> str:
    """Scheme and host, which mean the same in capitals; not everybody who is given them knows that."""
    return re.sub(r"^[A-Za-z]+://[^/?#@]*(?=[/?#]|$)", lambda found: found[0].lower(), url)


_OBSERVED = re.compile(r"(pid|port):([1-9]\d*)")


class Secret(Strict):
    """Where a value is read from when it is needed. It stands in no file of a run."""

    variable: Annotated[str, AfterValidator(_place_of_secret)] | None = None
    """An environment variable of whoever starts the testbed."""
    file: Place | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.variable is None) == (self.file is None):
            raise ValueError("name either a variable or a file to read it from")
        return self


def _header(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise ValueError(f"{name!r} is no name of a header")
    if name.lower() in _OF_TRANSPORT:
        raise ValueError(f"{name} is not sent as it is given; leave it out")
    return name


_OF_TRANSPORT = frozenset({"connection", "content-length", "te", "trailer", "transfer-encoding", "upgrade"})
HeaderName = Annotated[str, AfterValidator(_header)]


class Header(Strict):
    """What a header says: a text that may stand in the file, or where a secret is read from."""

    value: str | None = None
    variable: Annotated[str, AfterValidator(_place_of_secret)] | None = None
    file: Place | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(each is not None for each in (self.value, self.variable, self.file)) != 1:
            raise ValueError("must be a text, or name either a variable or a file to read it from")
        if self.value is not None and not _sayable(self.value):
            raise ValueError("must be one line of text")
        return self


def _sayable(text: str) -> bool:
    return text.isprintable() and text.isascii()


def _worded(value: object) -> object:
    value = _word(value)
    return {"value": value} if isinstance(value, str) else value


NamedHeader = Annotated[Header, BeforeValidator(_worded, json_schema_input_type=str | int | float | Header)]
"""In YAML also the bare text."""


def _revision(name: str) -> str:
    if name and not re.fullmatch(r"[^\s^:?*\[\\-][^\s:?*\[\\]*", name):
        raise ValueError(f"must be a commit, a branch or a tag, not {name!r}")
    return name


Revision = Annotated[str, AfterValidator(_revision)]


class Application(Strict):
    """One of the two ways: by `command`, which is started once a replica, or at a `url`, where something runs."""

    command: str = ""
    """Run without a shell in `folder`. `$BIND` (`127.0.0.1:PORT`), `$HOST`, `$PORT` and what else it is given are put
    in, here and in `env`; `$$` is a dollar."""
    folder: Place | None = None
    """Where it is run; the experiment file's folder where none is given."""
    revision: Revision = ""
    """A commit, a branch or a tag of the repository that `folder` is in: what is run is that, checked out apart.
    Without it, the folder as it is."""
    build: tuple[str, ...] = ()
    """Commands that make a checkout of `revision` run, such as `npm ci`, run in it once."""
    environment: Place | None = None
    """A folder whose programs, or those in its `bin`, come first on the PATH, such as a virtual environment."""
    env: Mapping[VariableName, Setting] = {}
    secrets: Mapping[VariableName, Secret] = {}
    ready: str = ""
    """A path that answers 2xx or 3xx once it serves, or `port`: it listens. Where it is left out: anything but a 5xx
    at `/`."""
    ready_within: Duration = 60.0
    stop: Duration = 10.0
    """For how long it may finish what it has begun, once it was asked to end."""
    url: Annotated[str, AfterValidator(_lower)] = ""
    """Scheme, host and port, without a path."""
    allow: str = ""
    """The host of `url` once more, where it is neither this machine nor in a private network."""
    insecure: bool = False
    """Take any certificate."""
    ca: Place | None = None
    """A file of certificates that are trusted."""
    cert: Place | None = None
    """A file with the client's certificate."""
    key: Place | None = None
    """A file with its key; that of the certificate where none is given."""
    headers: Mapping[HeaderName, NamedHeader] = {}
    """Sent with each request that has none of the name."""
    observe: str = ""
    """`port:8000` or `pid:123`, of something on this machine: whose CPU is the service's."""

    @property
    def runs_here(self) -> bool:
        """Whether it is started by the testbed."""
        return bool(self.command)

    @property
    def watched(self) -> tuple[Literal["pid", "port"], int] | None:
        """What `observe` names."""
        match = _OBSERVED.fullmatch(self.observe)
        if match is None:
            return None
        return ("pid" if match[1] == "pid" else "port"), int(match[2])

    @model_validator(mode="after")
    def _of_tls(self) -> Self:
        if self.key is not None and self.cert is None:
            raise ValueError("key: belongs to a certificate; name that as cert")
        if self.cert is not None and self.url.startswith("http:"):
            raise ValueError("cert: is for TLS; write https:// in url, or leave it out")
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.command.strip()) == bool(self.url):
            raise ValueError("needs either a command, which starts it, or the url where it runs")
        if self.url:
            _require_url(self.url, self.allow)
        for key in ("folder", "revision", "environment", "env", "secrets", "ready") if self.url else ():
            if getattr(self, key):
                raise ValueError(f"{key}: belongs to a command; at a url nothing is started")
        for key in ("allow", "insecure", "ca", "cert", "key", "headers", "observe") if not self.url else ():
            if getattr(self, key):
                raise ValueError(f"{key}: belongs to a url, not to a command")
        if self.build and not self.revision:
            raise ValueError("build: is for a checkout of a revision; name one, or build your folder yourself")
        if self.ready not in ("", "port") and not self.ready.startswith("/"):
            raise ValueError(f"ready: must be a path such as /health, or port, not {self.ready!r}")
        if self.observe and self.watched is None:
            raise ValueError(f"observe: must be port:NUMBER or pid:NUMBER, not {self.observe!r}")
        return self


def _off(value: object) -> object:
    """YAML reads a bare `off` as false."""
    return "off" if value is False else value


class Database(Strict):
    """A Postgres of the application's own."""

    postgres: int = 18
    """Its major version."""
    setup: tuple[str, ...] = ()
    """Commands that fill an empty database, run one after another like the service's own, with its environment. What
    they made is kept, and used again as long as the commands and what they depend on stay the same."""
    depends_on: tuple[str, ...] = ()
    """Patterns of files in the service's folder that decide what `setup` makes, such as `**/migrations/*.py`."""
    reset: Literal["block", "never"] = "block"
    """Rows as `setup` left them for each cell of each block, or for the whole run as they have become. Within a cell
    they stay: a database cannot be put back under connections that are open."""
    pooler: Annotated[
        Literal["off", "transaction", "session"],
        BeforeValidator(_off, json_schema_input_type=Literal["off", "transaction", "session", False]),
    ] = "off"


_OF_ONE = frozenset(Application.model_fields)


def with_applications(data: Any) -> Any:
    """An experiment's keys with `service` put into its variants, each of which changes only what it names.

    A variant that is a bare word stays one of the shipped services.
    """
    if not isinstance(data, dict):
        return data
    service = data.get("service", {})
    if "service" in data and not service:
        raise ValueError("service: has nothing under it; give it a command, which starts it, or the url where it runs")
    if not isinstance(service, dict):
        told = "service: must be a mapping of keys, such as command, which starts it, or url"
        raise ValueError(told)  # noqa: TRY004 - what pydantic makes a refusal of
    rest = {key: value for key, value in data.items() if key != "service"}
    variants = data.get("variants", [{"name": data.get("name")}] if service else ())
    if not isinstance(variants, list | tuple) or not variants:
        return rest
    rest["variants"] = [_changed(service, each) if isinstance(each, dict) else each for each in variants]
    return rest


def _changed(service: Mapping[str, Any], variant: Mapping[str, Any]) -> Mapping[str, Any]:
    if "service" in variant or "application" in variant or not (service or variant.keys() & {"command", "url"}):
        return variant
    own = {key: value for key, value in variant.items() if key in _OF_ONE}
    for key in ("env", "secrets", "headers"):
        if isinstance(own.get(key), dict) and isinstance(service.get(key), dict):
            own[key] = {**service[key], **own[key]}
    others = {key: value for key, value in variant.items() if key not in _OF_ONE}
    merged = {**service, **own}
    if merged.get("command"):
        merged.setdefault("folder", ".")  # a default would not be counted from the file
    return {**others, "application": merged}


def _require_url(text: str, allowed: str) -> None:
    if "@" in text.partition("://")[2].partition("/")[0]:
        raise ValueError("url: a name and a password do not belong into it; let the script log in")
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError as error:
        raise ValueError(f"url: {text} is no URL ({error})") from error
    if url.scheme not in ("http", "https") or not host or url.path.strip("/") or url.query or url.fragment:
        raise ValueError(
            f"url: must be scheme, host and port, such as http://127.0.0.1:8000, not {text!r}; "
            "paths belong to the script"
        )
    if not _near(host) and host != allowed.lower():
        raise ValueError(
            f"url: {host} is neither this machine nor in a private network; if you may load it, add allow: {host}"
        )


def _near(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or (address.is_private and not address.is_unspecified)
