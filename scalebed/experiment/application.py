"""An application of the user's own, as an experiment file describes it: how it is started, or where it runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, ValidationInfo, model_validator

from scalebed.experiment import chart_values
from scalebed.experiment.duration import Duration
from scalebed.experiment.scalable import Door, Scalable
from scalebed.experiment.strict import Strict
from scalebed.experiment.urls import require_url


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


def _nested(named: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    chart_values.nested(named)
    return named


ChartValues = Annotated[Mapping[str, JsonValue], AfterValidator(_nested)]
"""Values of a chart by their dotted names."""


def _image(name: str) -> str:
    if name and not re.fullmatch(r"[\w.-]+(:\d+)?(/[\w.-]+)*(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?", name):
        raise ValueError(f"image: must be the name of one, such as registry.example/shop:1.2, not {name!r}")
    return name


Image = Annotated[str, AfterValidator(_image)]


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
    """One of four ways: by `command`, which is started once a replica; at a `url`, where something runs; by `image`,
    which is installed in a cluster; or as a `deployment` of a cluster, which is scaled."""

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
    image: Image = ""
    """Engine kubernetes: what is installed, with as many pods as a cell has, behind a balancer of its own."""
    port: int = Field(8000, ge=1024, le=65535)
    """Where an `image` listens; it finds it in `BIND` as well."""
    values: ChartValues = Field(default_factory=dict)
    """Further values of the chart `webapp` by their dotted names, for an `image`."""
    deployment: str = ""
    """Engine kubernetes: `NAMESPACE/NAME` of a Deployment that runs already, or `RESOURCE.GROUP/NAMESPACE/NAME` of what
    else has a scale. It gets as many replicas as a cell has, and in the end those that it had. A `url` beside it is
    where load goes: an Ingress or a Gateway."""
    through: str = ""
    """The Service of a `deployment` that load goes to, as `NAME` or `NAME:PORT`, where several select its pods."""
    observe: str = ""
    """`port:8000` or `pid:123`, of something on this machine: whose CPU is the service's."""

    @property
    def runs_here(self) -> bool:
        """Whether it is started on this machine."""
        return bool(self.command)

    @property
    def in_cluster(self) -> bool:
        """Whether it runs in one."""
        return bool(self.image or self.deployment)

    @property
    def adopted(self) -> Scalable | None:
        """What `deployment` names."""
        return Scalable.of(self.deployment) if self.deployment else None

    @property
    def door(self) -> Door | None:
        """What `through` names."""
        return Door.of(self.through) if self.through else None

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
        if sum(map(bool, (self.command.strip(), self.image, self.url or self.deployment))) != 1:
            raise ValueError(
                "needs one of these: a command, which starts it, the url where it runs, an image for a cluster, or a "
                "deployment of one"
            )
        if self.deployment:
            _require_adoptable(self)
        if self.url:
            require_url(self.url, self.allow, in_cluster=bool(self.deployment))
        _require_together(self)
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
    if (
        "service" in variant
        or "application" in variant
        or not (service or variant.keys() & {"command", "url", "image", "deployment"})
    ):
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


_OF_STARTED = ("env", "secrets", "ready")
_OF_COMMAND = ("folder", "revision", "environment")
_OF_IMAGE = ("port", "values")
_OF_URL = ("allow", "insecure", "ca", "cert", "key", "observe")


def _require_together(application: Application) -> None:
    """Raises ValueError for a key that belongs to another of the ways."""
    way = next(name for name in ("deployment", "image", "command", "url") if getattr(application, name))
    started = way in ("command", "image")
    fields = Application.model_fields.items()
    given = {key for key, of in fields if getattr(application, key) != of.get_default(call_default_factory=True)}
    if key := next((key for key in _OF_STARTED if key in given and not started), ""):
        raise ValueError(f"{key}: belongs to a command or an image; what runs already is not started")
    for keys, owner in ((_OF_COMMAND, "command"), (_OF_IMAGE, "image"), (_OF_URL, "url")):
        if (key := next((key for key in keys if key in given), "")) and not getattr(application, owner):
            raise ValueError(f"{key}: belongs to {_a(owner)}, not to {_a(way)}")
    if application.image and application.ready == "port":
        raise ValueError("ready: of an image must be a path that answers 2xx or 3xx, which the cluster asks")
    if application.through and not application.deployment:
        raise ValueError("through: is the Service of a deployment; leave it out")
    if application.headers and started:
        raise ValueError(f"headers: belongs to what runs already, not to {_a(way)}; let the script send them")


def _a(way: str) -> str:
    return f"an {way}" if way == "image" else f"a {way}"


def _require_adoptable(application: Application) -> None:
    """Raises ValueError where a deployment is named in a wrong way, or together with what is not for one."""
    for key in ("ca", "cert", "key", "observe"):
        if getattr(application, key):
            raise ValueError(f"{key}: is for a url that this machine asks; a cluster's runners have no such file")
    if application.through and application.url:
        raise ValueError("through: is a Service in the place of a url; name one of the two")
    _ = application.adopted, application.door
