"""What clients send, as pydantic models; the limits are `contract.toml`'s and the rules `rules`'.

Which field may be absent or null stands here as well as there, for the sake of types; a test holds the two together.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StrictInt, WithJsonSchema

from . import rules
from .document import BODIES, GENDERS, MAX_ID, MAX_POINTS
from .spellings import gender

MAX_BULK: int = BODIES["bulk"]["contacts"]["most"]
_ECHO = BODIES["echo"]
_TAG = _ECHO["tags"]["characters"]


def _limited(longest: int) -> tuple[Callable[[str], str], dict[str, Any]]:
    return lambda value: rules.text(value, longest), {"type": "string", "maxLength": longest}


_name, _name_schema = _limited(BODIES["contact"]["first_name"]["longest"])
_code, _code_schema = _limited(BODIES["address"]["city_code"]["longest"])

Name = Annotated[str, AfterValidator(_name), WithJsonSchema(_name_schema)]
Code = Annotated[str, AfterValidator(_code), WithJsonSchema(_code_schema)]
Gender = Annotated[str, AfterValidator(gender), WithJsonSchema({"type": "string", "enum": list(GENDERS)})]
CustomerId = Annotated[str, AfterValidator(rules.customer_id)]
PhoneNumber = Annotated[str, AfterValidator(rules.phone_number)]
Birthday = Annotated[date, BeforeValidator(rules.birthday)]
Moment = Annotated[datetime, BeforeValidator(rules.time), WithJsonSchema({"type": "string", "format": "date-time"})]
Points = Annotated[int, BeforeValidator(rules.points)]
ContactId = Annotated[int, BeforeValidator(rules.whole), Field(ge=-MAX_ID, le=MAX_ID)]
Amount = Annotated[int, BeforeValidator(rules.whole), Field(ge=BODIES["transfer"]["points"]["least"], le=MAX_POINTS)]
Credential = Annotated[
    str, Field(min_length=BODIES["credentials"]["username"]["least"]), AfterValidator(rules.storable)
]
# Of what the echo takes.
EchoCode = Annotated[str, Field(pattern=f"^{_ECHO['code']['pattern']}$")]
Quantity = Annotated[StrictInt, Field(ge=_ECHO["quantity"]["least"], le=_ECHO["quantity"]["most"])]
Tag = Annotated[str, Field(min_length=_TAG["least"], max_length=_TAG["most"]), AfterValidator(rules.storable)]
Tags = Annotated[list[Tag], Field(max_length=_ECHO["tags"]["most"])]

# An optional field that may be absent but not null has this default, which `exclude_unset` never lets out.
ABSENT: Any = None


class AddressIn(BaseModel):
    """An address, whole."""

    street: Name
    street_number: Code
    city: Name
    city_code: Code
    country: Name


class AddressPatch(BaseModel):
    """An address, in part where the contact has one."""

    street: Name = ABSENT
    street_number: Code = ABSENT
    city: Name = ABSENT
    city_code: Code = ABSENT
    country: Name = ABSENT


class RelationshipIn(BaseModel):
    """A relationship; new points and a new activity where they are absent."""

    points: Points = 0
    last_activity: Moment = Field(default_factory=rules.now)


class RelationshipPatch(BaseModel):
    """A relationship, in part."""

    points: Points = ABSENT
    last_activity: Moment = ABSENT


class ContactIn(BaseModel):
    """A contact to create, or to put in another's place."""

    first_name: Name
    last_name: Name
    gender: Gender
    customer_id: CustomerId = ABSENT
    phone_number: PhoneNumber
    birthday: Birthday
    address: AddressIn | None = None
    relationship: RelationshipIn | None = None

    def values(self) -> dict[str, Any]:
        """The contact whole, but without a customer id where none was sent."""
        values = self.model_dump()
        if "customer_id" not in self.model_fields_set:
            del values["customer_id"]
        return values


class ContactPatch(BaseModel):
    """What to change of a contact."""

    first_name: Name = ABSENT
    last_name: Name = ABSENT
    gender: Gender = ABSENT
    customer_id: CustomerId = ABSENT
    phone_number: PhoneNumber = ABSENT
    birthday: Birthday = ABSENT
    address: AddressPatch | None = None
    relationship: RelationshipPatch | None = None

    def values(self) -> dict[str, Any]:
        """What was sent, and nothing else."""
        return self.model_dump(exclude_unset=True)


class BulkIn(BaseModel):
    """Contacts to create, all or none."""

    contacts: list[ContactIn] = Field(min_length=BODIES["bulk"]["contacts"]["least"], max_length=MAX_BULK)


class TransferIn(BaseModel):
    """Points to move."""

    sender: ContactId = Field(alias="from")
    receiver: ContactId = Field(alias="to")
    points: Amount


class Credentials(BaseModel):
    """Who wants a token."""

    username: Credential
    password: Credential
