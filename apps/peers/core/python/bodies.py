"""What clients send, read by the contract's pydantic models."""

from typing import Any, TypeVar

from contract.bodies import EchoCode, Name, Quantity, Tags
from contract.errors import InvalidError, nested
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class Echo(BaseModel):
    """What the echo takes and gives back."""

    name: Name
    code: EchoCode
    quantity: Quantity
    tags: Tags


def read(model: type[Model], value: Any) -> Model:
    """A value of JSON as a model; raises `InvalidError` with all that is wrong, by field."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidError(nested(error.errors(), depth=0)) from None
