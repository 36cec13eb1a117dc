"""What the basic requests ask for and get."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from naive.contacts.fields import TextField, WholeNumberField

code_form = RegexValidator(r"^[A-Z]{3}-[0-9]{4}\Z", "Enter three letters A to Z, a hyphen and four digits.")


class DigitsField(serializers.IntegerField):
    """IntegerField for a query parameter of digits alone; REST framework's own would also take `+5` and `5.0`."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(r"[0-9]+", str(data)):
            self.fail("invalid")
        return super().to_internal_value(str(data).lstrip("0") or "0")


class QuerySerializer(serializers.Serializer[Any]):
    """Query parameters, of which an empty one counts as absent."""

    def to_internal_value(self, data: Mapping[str, str]) -> Any:
        """Take name → last value."""
        return super().to_internal_value({name: value for name, value in data.items() if value})


class JsonQuerySerializer(QuerySerializer):
    """The parameters of a list of items."""

    items = DigitsField(min_value=1, max_value=1000, default=50)


class ItemSerializer(serializers.Serializer[Any]):
    """An item of the list."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    price = serializers.IntegerField()
    available = serializers.BooleanField()


class ItemsSerializer(serializers.Serializer[Any]):
    """A list of items."""

    items = ItemSerializer(many=True)


class EchoSerializer(serializers.Serializer[Any]):
    """What is checked and given back."""

    name = TextField(max_length=100)
    code = TextField(trim_whitespace=False, validators=[code_form])
    quantity = WholeNumberField(min_value=0, max_value=1000)
    tags = serializers.ListField(child=TextField(trim_whitespace=False, max_length=50), max_length=20)


class CpuQuerySerializer(QuerySerializer):
    """The parameters of the work for the processor."""

    n = DigitsField(min_value=1, max_value=100_000, default=2000)


class CpuSerializer(serializers.Serializer[Any]):
    """How many primes there are up to `n`."""

    n = serializers.IntegerField()
    primes = serializers.IntegerField()
