"""What clients send, as msgspec structs that the contract's rules clean.

msgspec stops at the first mistake, and the contract names all of them: where a struct refuses a body, the contract's
own models say why.
"""

from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from contract import bodies, rules, spellings
from contract.document import BODIES, MAX_ID, MAX_POINTS, MESSAGES
from contract.errors import RefusedError
from msgspec import UNSET, Meta, Struct, UnsetType, field

from . import bodies as models
from .strict import json_of

_LONGEST_NAME: int = BODIES["contact"]["first_name"]["longest"]
_LONGEST: dict[str, int] = {name: limits["longest"] for name, limits in BODIES["address"].items()}
_ECHO = BODIES["echo"]
_TAG = _ECHO["tags"]["characters"]

Sent = TypeVar("Sent", bound=Struct)
Points = Annotated[int, Meta(ge=0, le=MAX_POINTS)]
Id = Annotated[int, Meta(ge=-MAX_ID, le=MAX_ID)]
Credential = Annotated[str, Meta(min_length=BODIES["credentials"]["username"]["least"])]
Tag = Annotated[str, Meta(min_length=_TAG["least"], max_length=_TAG["most"])]


class Day:
    """A birthday, which msgspec's own dates would not refuse in the future."""

    def __init__(self, value: object) -> None:
        self.value: date = rules.birthday(value)


class Moment:
    """A time in the contract's spelling, of which msgspec's own times know more."""

    def __init__(self, value: object) -> None:
        self.value: datetime = rules.time(value)


class Part(Struct):
    """An object that a client sends."""

    def values(self) -> dict[str, Any]:
        """What was sent, and defaults, by name."""
        found = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: _plain(value) for name, value in found.items() if value is not UNSET}


class AddressPatch(Part):
    """An address, in part where the contact has one."""

    street: str | UnsetType = UNSET
    street_number: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    city_code: str | UnsetType = UNSET
    country: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        for name, longest in _LONGEST.items():
            if (value := getattr(self, name)) is not UNSET:
                setattr(self, name, rules.text(value, longest))


class AddressIn(AddressPatch):
    """An address, whole."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(getattr(self, name) is UNSET for name in _LONGEST):
            raise ValueError(MESSAGES["required"])


class RelationshipPatch(Part):
    """A relationship, in part."""

    points: Points | UnsetType = UNSET
    last_activity: Moment | UnsetType = UNSET


class ContactPatch(Part):
    """What to change of a contact."""

    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    gender: str | UnsetType = UNSET
    customer_id: str | UnsetType = UNSET
    phone_number: str | UnsetType = UNSET
    birthday: Day | UnsetType = UNSET
    address: AddressPatch | UnsetType | None = UNSET
    relationship: RelationshipPatch | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        if self.first_name is not UNSET:
            self.first_name = rules.text(self.first_name, _LONGEST_NAME)
        if self.last_name is not UNSET:
            self.last_name = rules.text(self.last_name, _LONGEST_NAME)
        if self.gender is not UNSET:
            self.gender = spellings.gender(self.gender)
        if self.customer_id is not UNSET:
            self.customer_id = rules.customer_id(self.customer_id)
        if self.phone_number is not UNSET:
            self.phone_number = rules.phone_number(self.phone_number)


class ContactIn(Part):
    """A contact to create."""

    first_name: str
    last_name: str
    gender: str
    phone_number: str
    birthday: Day
    customer_id: str | UnsetType = UNSET
    address: AddressIn | None = None
    relationship: RelationshipPatch | None = None

    def __post_init__(self) -> None:
        self.first_name = rules.text(self.first_name, _LONGEST_NAME)
        self.last_name = rules.text(self.last_name, _LONGEST_NAME)
        self.gender = spellings.gender(self.gender)
        self.phone_number = rules.phone_number(self.phone_number)
        if self.customer_id is not UNSET:
            self.customer_id = rules.customer_id(self.customer_id)


class TransferIn(Struct):
    """Points to move."""

    sender: Id = field(name="from")
    receiver: Id = field(name="to")
    points: Annotated[int, Meta(ge=BODIES["transfer"]["points"]["least"], le=MAX_POINTS)]


class Credentials(Struct):
    """Who wants a token."""

    username: Credential
    password: Credential

    def __post_init__(self) -> None:
        rules.storable(self.username)
        rules.storable(self.password)


class Echo(Struct):
    """What the echo takes and gives back."""

    name: str
    code: Annotated[str, Meta(pattern=rf"^(?:{_ECHO['code']['pattern']})\Z")]
    quantity: Annotated[int, Meta(ge=_ECHO["quantity"]["least"], le=_ECHO["quantity"]["most"])]
    tags: Annotated[list[Tag], Meta(max_length=_ECHO["tags"]["most"])]

    def __post_init__(self) -> None:
        self.name = rules.text(self.name, _ECHO["name"]["longest"])
        for tag in self.tags:
            rules.storable(tag)


_MODELS: dict[type[Struct], Any] = {
    ContactIn: bodies.ContactIn,
    ContactPatch: bodies.ContactPatch,
    TransferIn: bodies.TransferIn,
    Credentials: bodies.Credentials,
    Echo: models.Echo,
}


def decoded(body: bytes, kind: type[Sent]) -> Sent:
    """A body as a struct; raises `RefusedError`."""
    try:
        # As text: within fields that it skips, msgspec would not look whether bytes are UTF-8.
        return msgspec.json.decode(body.decode(), type=kind, dec_hook=_spelled)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        value = json_of(body)
    try:
        return msgspec.convert(value, type=kind, dec_hook=_spelled)
    except (msgspec.ValidationError, ValueError):
        models.read(_MODELS[kind], value)
    raise RefusedError(MESSAGES["bad_request"])


def _spelled(kind: type[Any], value: object) -> object:
    return kind(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        return value.values()
    return value.value if isinstance(value, Day | Moment) else value
