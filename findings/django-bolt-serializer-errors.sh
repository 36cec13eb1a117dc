#!/usr/bin/env bash
# django-bolt 0.13.0 (Python 3.12 or newer): Serializer.model_validate says that it "collects ALL errors" and raises
# RequestValidationError. Where one field breaks a limit of Meta and another a field_validator, it tells the limit alone,
# so that who mends that is told the next fault only then; of a nested serializer it tells the first fault; and where
# only a field_validator refuses, it raises msgspec's ValidationError, which an `except RequestValidationError` does not
# catch, though model_validate_json raises RequestValidationError for the same.
#
# Seen:
#   a limit and a validator: RequestValidationError, age
#   two limits in a nested one: RequestValidationError, pet.name
#   a validator alone: ValidationError
#   a validator alone, as JSON: RequestValidationError, name
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
versions="${PYENV_ROOT:-$HOME/.pyenv}/versions"
for python in python3 python3.14 python3.13 python3.12 "$versions"/3.1[2-9].*/bin/python3; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && break
done
"$python" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'django-bolt==0.13.0' 'django==5.2.19' 'msgspec==0.23.0'
cat >told.py <<'PYTHON'
import json
from typing import Annotated

from django.conf import settings

settings.configure()

from django_bolt.exceptions import RequestValidationError
from django_bolt.serializers import Serializer, field_validator
from msgspec import Meta


class Pet(Serializer):
    name: Annotated[str, Meta(min_length=1)]
    legs: Annotated[int, Meta(ge=0)]


class Owner(Serializer):
    name: str
    age: Annotated[int, Meta(ge=0)]
    pet: Pet | None = None

    @field_validator("name")
    def not_blank(cls, value):
        if not value.strip():
            raise ValueError("blank")
        return value


def tell(what, read, given):
    try:
        read(given)
    except RequestValidationError as error:
        places = ", ".join(".".join(map(str, one["loc"][1:])) for one in error.errors())
        print(f"{what}: RequestValidationError, {places}")
    except Exception as error:
        print(f"{what}: {type(error).__name__}")


tell("a limit and a validator", Owner.model_validate, {"name": " ", "age": -1})
tell(
    "two limits in a nested one", Owner.model_validate, {"name": "A", "age": 1, "pet": {"name": "", "legs": -1}}
)
tell("a validator alone", Owner.model_validate, {"name": " ", "age": 1})
tell("a validator alone, as JSON", Owner.model_validate_json, json.dumps({"name": " ", "age": 1}))
PYTHON
told="$(venv/bin/python told.py)"
echo "$told"
[[ "$told" == "$seen" ]]
