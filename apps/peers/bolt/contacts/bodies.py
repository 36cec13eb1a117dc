"""What clients send. Bolt's serializers name the first fault of a nested object, and of two kinds of faults one; the
contract wants all of them, so that a body which is refused is read by the contract's own models."""

from typing import Annotated, Any, TypeVar

from contract import rules
from contract.bodies import EchoCode, Name, Quantity, Tags
from contract.document import BODIES, MESSAGES
from contract.errors import InvalidError, RefusedError, nested
from django_bolt import Request
from django_bolt.serializers import Serializer, field_validator
from msgspec import Meta
from pydantic import BaseModel, ValidationError

from .asked import body_of, json_of

Model = TypeVar("Model", bound=BaseModel)
_ECHO = BODIES["echo"]
_TAG = _ECHO["tags"]["characters"]


def body(model: type[Model], request: Request) -> Model:
    """The body as a model of the contract's; raises `RefusedError` naming all that is wrong."""
    return checked(model, json_of(request))


def checked(model: type[Model], found: Any) -> Model:
    """JSON as a model of the contract's; raises `RefusedError`, and names all that is wrong."""
    if not isinstance(found, dict):
        raise RefusedError(MESSAGES["no_json"])
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise InvalidError(nested([dict(one) for one in error.errors()], depth=0)) from None


class Echo(Serializer):
    """What the echo takes and gives back."""

    name: str
    code: Annotated[str, Meta(pattern=rf"\A(?:{_ECHO['code']['pattern']})\Z")]
    quantity: Annotated[int, Meta(ge=_ECHO["quantity"]["least"], le=_ECHO["quantity"]["most"])]
    tags: Annotated[
        list[Annotated[str, Meta(min_length=_TAG["least"], max_length=_TAG["most"])]],
        Meta(max_length=_ECHO["tags"]["most"]),
    ]

    @field_validator("name")
    def cut(cls, value: str) -> str:  # noqa: N805  as Bolt's documentation has it
        """Cut the blanks at both ends."""
        return rules.text(value, _ECHO["name"]["longest"])

    @field_validator("tags")
    def storable(cls, value: list[str]) -> list[str]:  # noqa: N805
        """Refuse NUL."""
        return [rules.storable(tag) for tag in value]


class _Refused(BaseModel):
    """The same, where all that is wrong is to be named."""

    name: Name
    code: EchoCode
    quantity: Quantity
    tags: Tags


def echo(request: Request) -> Echo:
    """The echo's body; raises `RefusedError`."""
    try:
        found: Echo = Echo.model_validate_json(body_of(request))
    except RefusedError:
        raise
    except (ValueError, RecursionError):
        return Echo(**body(_Refused, request).model_dump())
    return found
