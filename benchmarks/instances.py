"""The page's contacts as the ORM makes them."""

from datetime import UTC, datetime
from typing import Any

from django.apps import apps

from benchmarks.contacts_page import ROWS, Row

# Of whichever service is set up.
AppUser, Address, CustomerRelationship = map(
    apps.get_app_config("contacts").get_model, ("AppUser", "Address", "CustomerRelationship")
)

USER = ("id", "first_name", "last_name", "gender", "customer_id", "phone_number", "birthday", "created", "last_updated")
ADDRESS = ("id", "street", "street_number", "city", "city_code", "country")
RELATIONSHIP = ("id", "points", "created", "last_activity")


def instance(row: Row) -> Any:
    """The contact of a row, with what belongs to it."""
    values = [value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for value in row]
    address = Address(**dict(zip(ADDRESS, values[9:15], strict=True)))
    contact = AppUser(**dict(zip(USER, values[:9], strict=True)), address=address)
    CustomerRelationship(**dict(zip(RELATIONSHIP, values[15:], strict=True)), appuser=contact)
    return contact


INSTANCES = [instance(row) for row in ROWS]
