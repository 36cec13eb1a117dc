"""What clients send and get, as pydantic models; the rules themselves are `application.rules`."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StringConstraints
from pydantic import WithJsonSchema as Schema

from ..application import parameters, rules

MAX_BULK = 2000


def _at_most(longest: int) -> Callable[[str], str]:
    return lambda value: rules.text(value, longest)


Name = Annotated[str, AfterValidator(_at_most(100)), Schema({"type": "string", "maxLength": 100})]
Code = Annotated[str, AfterValidator(_at_most(16)), Schema({"type": "string", "maxLength": 16})]
Gender = Annotated[str, AfterValidator(parameters.gender), Schema({"type": "string", "enum": ["M", "F", "O"]})]
CustomerId = Annotated[str, AfterValidator(rules.customer_id)]
PhoneNumber = Annotated[str, AfterValidator(rules.phone_number)]
Birthday = Annotated[date, BeforeValidator(rules.birthday)]
Moment = Annotated[datetime, BeforeValidator(rules.time), Schema({"type": "string", "format": "date-time"})]
Points = Annotated[int, BeforeValidator(rules.points)]
ContactId = Annotated[int, BeforeValidator(rules.whole), Field(ge=-parameters.MAX_ID, le=parameters.MAX_ID)]
Amount = Annotated[int, BeforeValidator(rules.whole), Field(ge=1, le=parameters.MAX_POINTS)]
Credential = Annotated[str, Field(min_length=1), AfterValidator(rules.storable)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(rules.storable)]

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
    """A relationship; no points and activity just now where they are absent."""

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

    contacts: list[ContactIn] = Field(min_length=1, max_length=MAX_BULK)


class TransferIn(BaseModel):
    """Points to move."""

    sender: ContactId = Field(alias="from")
    receiver: ContactId = Field(alias="to")
    points: Amount


class Credentials(BaseModel):
    """Who wants a token."""

    username: Credential
    password: Credential


class Echo(BaseModel):
    """What the echo takes and gives back."""

    name: Name
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[0-9]{4}$")]
    quantity: Annotated[StrictInt, Field(ge=0, le=1000)]
    tags: list[Tag] = Field(max_length=20)


class Stored(BaseModel):
    """What is read from objects as well as from dicts."""

    model_config = ConfigDict(from_attributes=True)


class Address(Stored):
    """An address as it is stored."""

    id: int
    street: str
    street_number: str
    city: str
    city_code: str
    country: str


class Relationship(Stored):
    """A relationship as it is stored."""

    id: int
    points: int
    created: datetime
    last_activity: datetime


class Contact(Stored):
    """A contact as it is stored."""

    id: int
    first_name: str
    last_name: str
    gender: Literal["M", "F", "O"]
    customer_id: str
    phone_number: str
    birthday: date
    created: datetime
    last_updated: datetime
    address: Address | None
    relationship: Relationship | None


class ContactPage(Stored):
    """A page of contacts."""

    count: int | None
    next: str | None
    previous: str | None
    results: list[Contact]


class BulkOut(BaseModel):
    """What a bulk write made."""

    created: int
    ids: list[int]


class Tokens(BaseModel):
    """A pair of tokens."""

    access: str
    refresh: str


class Me(BaseModel):
    """Who a token speaks for."""

    username: str


class Balance(BaseModel):
    """A contact's points."""

    id: int
    points: int


class TransferOut(BaseModel):
    """Both balances after a transfer."""

    sender: Balance = Field(alias="from")
    receiver: Balance = Field(alias="to")


class PointsStats(BaseModel):
    """The points of all relationships."""

    total: int
    min: int | None
    max: int | None


class Stats(BaseModel):
    """How many contacts there are."""

    contacts: int
    with_address: int
    with_relationship: int
    points: PointsStats


class Group(BaseModel):
    """One group of contacts."""

    key: str
    contacts: int
    points: int


class Aggregate(BaseModel):
    """The largest groups of contacts."""

    group_by: str
    results: list[Group]


class Item(BaseModel):
    """One item of the fixed JSON."""

    id: int
    name: str
    price: int
    available: bool


class Items(BaseModel):
    """The fixed JSON."""

    items: list[Item]


class Primes(BaseModel):
    """How many primes there are up to `n`."""

    n: int
    primes: int
