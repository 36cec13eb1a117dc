"""Contacts as JSON, and JSON as contacts."""

from datetime import date
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from rest_framework import serializers
from rest_framework.validators import UniqueValidator
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer

from naive.contacts.fields import DayField, MomentField, TextField, WholeNumberField
from naive.contacts.models import Address, AppUser, CustomerRelationship
from naive.contacts.selectors import GROUPS
from naive.contacts.services import MAX_POINTS, TAKEN, contact_create, contact_create_bulk, contact_update

MAX_ID = 2**63 - 1
MAX_BULK = 2000

customer_id_form = RegexValidator(r"^CUST-[0-9A-F]{12}\Z", "Enter CUST- and 12 upper-case hexadecimal digits.")
phone_number_form = RegexValidator(
    r"^(?=(?:[^0-9]*[0-9]){3})[-+0-9 ()]+\Z", "Enter at least 3 digits, and besides them only +, -, ( ) and blanks."
)


def not_in_the_future(day: Any) -> None:
    """Refuse a birthday after today, in UTC."""
    if day == date.min:
        raise serializers.ValidationError("Enter a day after 0001-01-01, which drivers take for minus infinity.")
    if day > timezone.now().date():
        raise serializers.ValidationError("A birthday cannot be in the future.")


class StrictModelSerializer(serializers.ModelSerializer[Any]):
    """ModelSerializer with fields that take one type and one spelling."""

    serializer_field_mapping: ClassVar = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.DateField: DayField,
    }


class AddressSerializer(StrictModelSerializer):
    """An address, whole, or in part where it changes one that is there."""

    class Meta:
        model = Address
        fields = ("id", "street", "street_number", "city", "city_code", "country")


class RelationshipSerializer(StrictModelSerializer):
    """A customer relationship."""

    points = WholeNumberField(min_value=0, max_value=MAX_POINTS, default=0)
    last_activity = MomentField(default=timezone.now)

    class Meta:
        model = CustomerRelationship
        fields = ("id", "points", "created", "last_activity")


class ContactListSerializer(serializers.ListSerializer[Any]):
    """Contacts of one bulk write."""

    def validate(self, attrs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse a customer id that stands twice among the contacts."""
        seen: set[str] = set()
        errors = {}
        for index, item in enumerate(attrs):
            customer_id = item.get("customer_id")
            if customer_id in seen:
                errors[str(index)] = {"customer_id": [TAKEN]}
            elif customer_id is not None:
                seen.add(customer_id)
        if errors:
            raise serializers.ValidationError(errors)
        return attrs


class ContactSerializer(StrictModelSerializer):
    """A contact with its address and its relationship, either of which may be null."""

    customer_id = TextField(
        required=False,
        validators=[customer_id_form, UniqueValidator(queryset=AppUser.objects.all(), message=TAKEN)],
    )
    address = AddressSerializer(allow_null=True, default=None)
    relationship = RelationshipSerializer(allow_null=True, default=None)

    class Meta:
        model = AppUser
        fields = (
            "id",
            "first_name",
            "last_name",
            "gender",
            "customer_id",
            "phone_number",
            "birthday",
            "created",
            "last_updated",
            "address",
            "relationship",
        )
        extra_kwargs: ClassVar = {
            # The default message repeats the value, which may be one that JSON cannot be written with.
            "gender": {"error_messages": {"invalid_choice": "Choose M, F or O."}},
            "phone_number": {"validators": [phone_number_form]},
            "birthday": {"validators": [not_in_the_future]},
        }

    def validate_address(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        """Want a whole address from a PATCH where there is none to change."""
        if self.partial and value is not None and getattr(self.instance, "address", None) is None:
            missing = [name for name in AddressSerializer.Meta.fields if name != "id" and name not in value]
            if missing:
                raise serializers.ValidationError({name: ["This field is required."] for name in missing})
        return value

    def create(self, validated_data: dict[str, Any]) -> AppUser:
        """Make the contact with what is nested in it."""
        return contact_create(validated_data)

    def update(self, instance: AppUser, validated_data: dict[str, Any]) -> AppUser:
        """Change the contact and what is nested in it."""
        return contact_update(instance, validated_data)


class BulkSerializer(serializers.Serializer[Any]):
    """The body of a bulk write."""

    contacts = ContactListSerializer(child=ContactSerializer(), min_length=1, max_length=MAX_BULK)

    def create(self, validated_data: dict[str, Any]) -> list[AppUser]:
        """Make all the contacts or none."""
        return contact_create_bulk(validated_data["contacts"])


class BulkResultSerializer(serializers.Serializer[Any]):
    """What a bulk write made."""

    created = serializers.IntegerField()
    ids = serializers.ListField(child=serializers.IntegerField())


class TransferSerializer(serializers.Serializer[Any]):
    """The body of a transfer of points."""

    to = WholeNumberField(min_value=-MAX_ID, max_value=MAX_ID)
    points = WholeNumberField(min_value=1, max_value=MAX_POINTS)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add `from`, which Python does not let a class declare."""
        return {"from": WholeNumberField(min_value=-MAX_ID, max_value=MAX_ID), **super().get_fields()}


class BalanceSerializer(serializers.Serializer[Any]):
    """The points that a contact has after a transfer."""

    id = serializers.IntegerField()
    points = serializers.IntegerField()


class TransferResultSerializer(serializers.Serializer[Any]):
    """Both balances after a transfer."""

    to = BalanceSerializer()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add `from`, which Python does not let a class declare."""
        return {"from": BalanceSerializer(), **super().get_fields()}


class PointsStatsSerializer(serializers.Serializer[Any]):
    """The points of all relationships; `min` and `max` are null where there is none."""

    total = serializers.IntegerField()
    min = serializers.IntegerField(allow_null=True)
    max = serializers.IntegerField(allow_null=True)


class StatsSerializer(serializers.Serializer[Any]):
    """How many contacts there are."""

    contacts = serializers.IntegerField()
    with_address = serializers.IntegerField()
    with_relationship = serializers.IntegerField()
    points = PointsStatsSerializer()


class GroupSerializer(serializers.Serializer[Any]):
    """The contacts and points of one group."""

    key = serializers.CharField()
    contacts = serializers.IntegerField()
    points = serializers.IntegerField()


class AggregateQuerySerializer(serializers.Serializer[Any]):
    """The parameters of an aggregate."""

    group_by = serializers.ChoiceField(choices=tuple(GROUPS), default="country")


class AggregateSerializer(serializers.Serializer[Any]):
    """The largest groups of contacts."""

    group_by = serializers.CharField()
    results = GroupSerializer(many=True)


class TokenSerializer(TokenObtainPairSerializer):
    """A name and a password, as they were sent; simplejwt's own fields would cut blanks and take numbers."""

    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("username", "password"):
            self.fields[name] = TextField(write_only=True, trim_whitespace=False)


class MeSerializer(serializers.Serializer[Any]):
    """Who the token speaks for."""

    username = serializers.CharField()
