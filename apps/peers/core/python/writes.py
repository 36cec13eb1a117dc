"""The writes, as steps of one transaction. `values` are a contact's, as `contract.bodies` gives them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from contract.document import MAX_ID, MESSAGES
from contract.errors import NotFoundError
from contract.rules import ADDRESS_FIELDS, new_customer_id, now, transferred, whole_address

from .rows import Row
from .statements import Statement, detail
from .steps import Steps

Values: TypeAlias = Mapping[str, Any]

USER_FIELDS = ("first_name", "last_name", "gender", "customer_id", "phone_number", "birthday")
USER_COLUMNS = (*USER_FIELDS, "created", "last_updated", "address_id")
RELATIONSHIP_COLUMNS = ("appuser_id", "points", "created", "last_activity")


def _insert(table: str, columns: Sequence[str]) -> str:
    marks = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) RETURNING id"  # noqa: S608  constants


INSERT_USER = _insert("app_user", USER_COLUMNS)
INSERT_ADDRESS = _insert("address", ADDRESS_FIELDS)
INSERT_RELATIONSHIP = _insert("customer_relationship", RELATIONSHIP_COLUMNS)
LOCK = "SELECT address_id FROM app_user WHERE id = $1 FOR UPDATE"
LOCK_BALANCES = (
    "SELECT appuser_id, points FROM customer_relationship WHERE appuser_id IN ($1, $2) ORDER BY appuser_id FOR UPDATE"
)
SET_BALANCES = (
    "UPDATE customer_relationship SET points = CASE appuser_id WHEN $1 THEN $3::int ELSE $4::int END"
    " WHERE appuser_id IN ($1, $2)"
)
REMOVE_RELATIONSHIP = "DELETE FROM customer_relationship WHERE appuser_id = $1"


def create(values: Values) -> Steps[Row]:
    """Add a contact; its row."""
    address, relationship = values["address"], values["relationship"]
    address_id = None if address is None else (yield from _insert_address(address))
    at = now()
    own = [new_customer_id() if name not in values else values[name] for name in USER_FIELDS]
    made = yield _fixed(INSERT_USER, *own, at, at, address_id)
    contact_id = int(made[0][0])
    if relationship is not None:
        yield _relationship(contact_id, relationship, at)
    return (yield from _contact(contact_id))


def change(contact_id: int, values: Values) -> Steps[Row]:
    """Change only what `values` names; its row. Raises `InvalidError` and `NotFoundError`."""
    address_id = yield from _lock(contact_id)
    own = {name: value for name, value in values.items() if name in USER_FIELDS}
    at = own["last_updated"] = now()
    if "address" in values:
        own["address_id"] = yield from _set_address(address_id, values["address"])
    yield _update("app_user", "id", contact_id, own)
    if "address_id" in own and own["address_id"] is None and address_id is not None:
        yield from _remove_address(address_id)
    if "relationship" in values:
        yield from _set_relationship(contact_id, values["relationship"], at)
    return (yield from _contact(contact_id))


def remove(contact_id: int) -> Steps[None]:
    """Remove a contact with its relationship and its address. Raises `NotFoundError`."""
    address_id = yield from _lock(contact_id)
    yield _fixed(REMOVE_RELATIONSHIP, contact_id)
    yield _fixed("DELETE FROM app_user WHERE id = $1", contact_id)
    if address_id is not None:
        yield from _remove_address(address_id)


def transfer(sender: int, receiver: int, amount: int) -> Steps[tuple[int, int]]:
    """Move points; both balances after it. Raises `InvalidError` naming `from`, `to` or `points`."""
    locked = yield _fixed(LOCK_BALANCES, sender, receiver)
    balances = transferred({row[0]: row[1] for row in locked}, sender, receiver, amount)
    yield _fixed(SET_BALANCES, sender, receiver, *balances)
    return balances


def _fixed(sql: str, *arguments: object) -> Statement:
    # One text for all requests, and by a key: there is one plan.
    return Statement(sql, arguments, recurs=True)


def _contact(contact_id: int) -> Steps[Row]:
    return (yield detail(contact_id))[0]


def _lock(contact_id: int) -> Steps[int | None]:
    """The address id of a contact, locked until the end of the transaction."""
    found = (yield _fixed(LOCK, contact_id)) if contact_id <= MAX_ID else []
    if not found:
        raise NotFoundError(MESSAGES["no_contact"])
    address_id: int | None = found[0][0]
    return address_id


def _insert_address(address: Values) -> Steps[int]:
    made = yield _fixed(INSERT_ADDRESS, *(address[name] for name in ADDRESS_FIELDS))
    return int(made[0][0])


def _relationship(contact_id: int, values: Values, at: datetime) -> Statement:
    return _fixed(INSERT_RELATIONSHIP, contact_id, values.get("points", 0), at, values.get("last_activity", at))


def _update(table: str, key: str, of: int, values: Values) -> Statement:
    """Change a row's columns, and give its key back where there is such a row."""
    # Only what was named: a transfer may move points meanwhile.
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 2))
    return Statement(f"UPDATE {table} SET {columns} WHERE {key} = $1 RETURNING {key}", (of, *values.values()))  # noqa: S608  names of the contract


def _set_address(address_id: int | None, values: Values | None) -> Steps[int | None]:
    """Change the address in place or make one; its id, or None where there is to be none."""
    if values is None:
        return None
    if address_id is None:
        whole_address(values)
        return (yield from _insert_address(values))
    if values:
        yield _update("address", "id", address_id, values)
    return address_id


def _remove_address(address_id: int) -> Steps[None]:
    # Whoever else lives there goes on without an address.
    yield _fixed("UPDATE app_user SET address_id = NULL WHERE address_id = $1", address_id)
    yield _fixed("DELETE FROM address WHERE id = $1", address_id)


def _set_relationship(contact_id: int, values: Values | None, at: datetime) -> Steps[None]:
    if values is None:
        yield _fixed(REMOVE_RELATIONSHIP, contact_id)
        return
    # A relationship without changes is written all the same, to learn whether it is there.
    named = values or {"appuser_id": contact_id}
    if not (yield _update("customer_relationship", "appuser_id", contact_id, named)):
        yield _relationship(contact_id, values, at)
