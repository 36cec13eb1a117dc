"""Fields of JSON that take one type and one spelling of it, where REST framework's own would take several."""

from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from naive.contacts.spellings import NOT_A_DAY, NOT_A_MOMENT, read_day, read_moment


class TextField(serializers.CharField):
    """CharField that takes text alone; REST framework's own would make text of a number."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumberField(serializers.IntegerField):
    """IntegerField that takes JSON's whole numbers alone; REST framework's own would also take text and `5.0`."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class DayField(serializers.DateField):
    """DateField for YYYY-MM-DD."""

    def to_internal_value(self, value: Any) -> date:
        try:
            return read_day(value)
        except TypeError:
            raise serializers.ValidationError(NOT_A_DAY) from None
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


class MomentField(serializers.DateTimeField):
    """DateTimeField for a date and time with or without an offset."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return read_moment(value)
        except TypeError:
            raise serializers.ValidationError(NOT_A_MOMENT) from None
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None
