"""What clients send and get, as pydantic schemas; the rules themselves are the domain's.

What comes in is plain pydantic: Ninja's own Schema would read an object from any value's attributes.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, WithJsonSchema

from ..application.parameters import read_time
from ..domain import contact as rules

MAX_BULK = 2000
MAX_ID = 2**63 - 1


def _at_most(longest: int) -> Callable[[str], str]:
    return lambda value: rules.text(value, longest)


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("Enter a date and time as YYYY-MM-DDThh:mm:ssZ.")  # noqa: TRY004  pydantic gathers ValueError alone
    return read_time(value)


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise ValueError("Enter a date as YYYY-MM-DD.")  # noqa: TRY004  pydantic gathers ValueError alone
    return rules.birthday(value)


Name = Annotated[str, AfterValidator(_at_most(rules.MAX_NAME)), WithJsonSchema({"type": "string", "maxLength": 100})]
Code = Annotated[str, AfterValidator(_at_most(rules.MAX_CODE)), WithJsonSchema({"type": "string", "maxLength": 16})]
Gender = Annotated[str, AfterValidator(rules.gender), WithJsonSchema({"type": "string", "enum": ["M", "F", "O"]})]
CustomerId = Annotated[str, AfterValidator(rules.customer_id)]
PhoneNumber = Annotated[str, AfterValidator(rules.phone_number)]
Birthday = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Points = Annotated[int, BeforeValidator(rules.points)]
ContactId = Annotated[int, BeforeValidator(rules.whole), Field(ge=-MAX_ID, le=MAX_ID)]
Amount = Annotated[int, BeforeValidator(rules.whole), Field(ge=1, le=rules.MAX_POINTS)]

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


def _now() -> datetime:
    return datetime.now(UTC)


class RelationshipIn(BaseModel):
    """A relationship; new points and a new activity where they are absent."""

    points: Points = 0
    last_activity: Moment = Field(default_factory=_now)


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
        """The contact for the service: nested objects whole, no customer id where none was sent."""
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

    contacts: list[ContactIn] = Field(min_length=1, max_length=MAX_BULK)


class TransferIn(BaseModel):
    """Points to move."""

    sender: ContactId = Field(alias="from")
    receiver: ContactId = Field(alias="to")
    points: Amount


class Credentials(BaseModel):
    """Who wants a token."""

    username: Annotated[str, Field(min_length=1), AfterValidator(rules.storable)]
    password: Annotated[str, Field(min_length=1), AfterValidator(rules.storable)]


class Address(Schema):
    """An address as it is stored."""

    id: int
    street: str
    street_number: str
    city: str
    city_code: str
    country: str


class Relationship(Schema):
    """A relationship as it is stored."""

    id: int
    points: int
    created: AwareDatetime
    last_activity: AwareDatetime


class Contact(Schema):
    """A contact as it is stored."""

    id: int
    first_name: str
    last_name: str
    gender: Literal["M", "F", "O"]
    customer_id: str
    phone_number: str
    birthday: date
    created: AwareDatetime
    last_updated: AwareDatetime
    address: Address | None
    relationship: Relationship | None


class ContactPage(Schema):
    """A page of contacts."""

    count: int | None
    next: str | None
    previous: str | None
    results: list[Contact]


class BulkOut(Schema):
    """What a bulk write made."""

    created: int
    ids: list[int]


class Tokens(Schema):
    """A pair of tokens."""

    access: str
    refresh: str


class Me(Schema):
    """Who a token speaks for."""

    username: str


class Balance(Schema):
    """A contact's points."""

    id: int
    points: int


class TransferOut(Schema):
    """Both balances after a transfer."""

    sender: Balance = Field(alias="from")
    receiver: Balance = Field(alias="to")


class PointsStats(Schema):
    """The points of all relationships."""

    total: int
    min: int | None
    max: int | None


class Stats(Schema):
    """How many contacts there are."""

    contacts: int
    with_address: int
    with_relationship: int
    points: PointsStats


class Group(Schema):
    """One group of contacts."""

    key: str
    contacts: int
    points: int


class Aggregate(Schema):
    """The largest groups of contacts."""

    group_by: str
    results: list[Group]
