"""The writes of the `asyncpg` arm: each is one transaction. `values` are a contact's, as `api.schemas` gives them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import asyncpg
from contract.document import MAX_ID, MESSAGES
from contract.errors import InvalidError, NotFoundError
from contract.rules import ADDRESS_FIELDS, all_free, new_customer_id, now, transferred, whole_address
from peers.core.python.rows import Row
from peers.core.python.statements import DETAIL

from .database import Connection, Database

Values = Mapping[str, Any]

USER_FIELDS = ("first_name", "last_name", "gender", "customer_id", "phone_number", "birthday")
USER_COLUMNS = ("id", *USER_FIELDS, "created", "last_updated", "address_id")
ADDRESS_COLUMNS = ("id", *ADDRESS_FIELDS)
RELATIONSHIP_COLUMNS = ("id", "appuser_id", "points", "created", "last_activity")
SEQUENCE = "SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, $2::int)"


def _insert(table: str, columns: Sequence[str]) -> str:
    marks = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) RETURNING id"  # noqa: S608  constants


INSERT_USER = _insert("app_user", USER_COLUMNS[1:])
INSERT_ADDRESS = _insert("address", ADDRESS_FIELDS)
INSERT_RELATIONSHIP = _insert("customer_relationship", RELATIONSHIP_COLUMNS[1:])


@contextmanager
def _free_customer_id() -> Iterator[None]:
    # The customer id is the only unique value that a client chooses.
    try:
        yield
    except asyncpg.UniqueViolationError:
        raise InvalidError({"customer_id": [MESSAGES["customer_id_taken"]]}) from None


class Writer:
    """Creates, changes and removes contacts, and moves points."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, values: Values) -> Row:
        """Add a contact; its row. Raises `InvalidError`."""
        with _free_customer_id():
            async with self._database.transaction() as connection:
                address = values["address"]
                address_id = None if address is None else await _insert_address(connection, address)
                at = now()
                contact_id = await connection.fetchval(INSERT_USER, *_user(values), at, at, address_id)
                if (relationship := values["relationship"]) is not None:
                    await _insert_relationship(connection, contact_id, relationship, at)
                return await _row(connection, contact_id)

    async def create_bulk(self, contacts: Sequence[Values]) -> list[int]:
        """Add contacts by COPY, all or none; their ids in the same order. Raises `InvalidError` naming the places."""
        all_free(contacts, set())
        try:
            async with self._database.transaction() as connection:
                return await _copy(connection, contacts)
        except asyncpg.UniqueViolationError:
            given = [contact["customer_id"] for contact in contacts if "customer_id" in contact]
            sql = "SELECT customer_id FROM app_user WHERE customer_id = ANY($1::text[])"
            all_free(contacts, {row[0] for row in await self._database.rows(sql, (given,))})
            raise InvalidError({"contacts": [MESSAGES["customer_id_taken"]]}) from None

    async def replace(self, contact_id: int, values: Values) -> Row:
        """Give a contact new values, and remove a nested object that is absent; its row.

        Raises `InvalidError` and `NotFoundError`.
        """
        return await self.change(contact_id, {"address": None, "relationship": None, **values})

    async def change(self, contact_id: int, values: Values) -> Row:
        """Change only what `values` names; the contact's row. Raises `InvalidError` and `NotFoundError`."""
        with _free_customer_id():
            async with self._database.transaction() as connection:
                address_id = await _lock(connection, contact_id)
                own = {name: value for name, value in values.items() if name in USER_FIELDS}
                at = own["last_updated"] = now()
                if "address" in values:
                    own["address_id"] = await _set_address(connection, address_id, values["address"])
                await _update(connection, "app_user", "id", contact_id, own)
                if "address_id" in own and own["address_id"] is None and address_id is not None:
                    await _remove_address(connection, address_id)
                if "relationship" in values:
                    await _set_relationship(connection, contact_id, values["relationship"], at)
                return await _row(connection, contact_id)

    async def remove(self, contact_id: int) -> None:
        """Remove a contact with its relationship and its address. Raises `NotFoundError`."""
        async with self._database.transaction() as connection:
            address_id = await _lock(connection, contact_id)
            await connection.execute("DELETE FROM customer_relationship WHERE appuser_id = $1", contact_id)
            await connection.execute("DELETE FROM app_user WHERE id = $1", contact_id)
            if address_id is not None:
                await _remove_address(connection, address_id)

    async def transfer(self, sender: int, receiver: int, amount: int) -> tuple[int, int]:
        """Move points; both balances after it. Raises `InvalidError` naming `from`, `to` or `points`."""
        async with self._database.transaction() as connection:
            locked = await connection.fetch(
                "SELECT appuser_id, points FROM customer_relationship WHERE appuser_id IN ($1, $2)"
                " ORDER BY appuser_id FOR UPDATE",
                sender,
                receiver,
            )
            balances = transferred({row[0]: row[1] for row in locked}, sender, receiver, amount)
            await connection.execute(
                "UPDATE customer_relationship SET points = CASE appuser_id WHEN $1 THEN $3::int ELSE $4::int END"
                " WHERE appuser_id IN ($1, $2)",
                sender,
                receiver,
                *balances,
            )
            return balances


def _user(values: Values) -> list[object]:
    return [new_customer_id() if name not in values else values[name] for name in USER_FIELDS]


async def _row(connection: Connection, contact_id: int) -> Row:
    return (await connection.fetch(DETAIL, contact_id))[0]


async def _lock(connection: Connection, contact_id: int) -> int | None:
    """The address id of a contact, locked until the end of the transaction."""
    sql = "SELECT address_id FROM app_user WHERE id = $1 FOR UPDATE"
    row = await connection.fetchrow(sql, contact_id) if contact_id <= MAX_ID else None
    if row is None:
        raise NotFoundError(MESSAGES["no_contact"])
    address_id: int | None = row[0]
    return address_id


async def _insert_address(connection: Connection, address: Values) -> int:
    return int(await connection.fetchval(INSERT_ADDRESS, *(address[name] for name in ADDRESS_FIELDS)))


async def _insert_relationship(connection: Connection, contact_id: int, values: Values, at: datetime) -> None:
    points, last_activity = values.get("points", 0), values.get("last_activity", at)
    await connection.execute(INSERT_RELATIONSHIP, contact_id, points, at, last_activity)


async def _update(connection: Connection, table: str, key: str, of: int, values: Values) -> bool:
    """Change a row's columns; whether there is such a row."""
    # Only what was named: a transfer may move points meanwhile.
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 2))
    sql = f"UPDATE {table} SET {columns} WHERE {key} = $1"  # noqa: S608  the names are the models'
    return await connection.execute(sql, of, *values.values()) != "UPDATE 0"


async def _set_address(connection: Connection, address_id: int | None, values: Values | None) -> int | None:
    """Change the address in place or make one; its id, or None where there is to be none."""
    if values is None:
        return None
    if address_id is None:
        whole_address(values)
        return await _insert_address(connection, values)
    if values:
        await _update(connection, "address", "id", address_id, values)
    return address_id


async def _remove_address(connection: Connection, address_id: int) -> None:
    # Whoever else lives there goes on without an address.
    await connection.execute("UPDATE app_user SET address_id = NULL WHERE address_id = $1", address_id)
    await connection.execute("DELETE FROM address WHERE id = $1", address_id)


async def _set_relationship(connection: Connection, contact_id: int, values: Values | None, at: datetime) -> None:
    if values is None:
        await connection.execute("DELETE FROM customer_relationship WHERE appuser_id = $1", contact_id)
        return
    # A relationship without changes is written all the same, to learn whether it is there.
    named = values or {"appuser_id": contact_id}
    if not await _update(connection, "customer_relationship", "appuser_id", contact_id, named):
        await _insert_relationship(connection, contact_id, values, at)


async def _copy(connection: Connection, contacts: Sequence[Values]) -> list[int]:
    at = now()
    lived = [contact["address"] for contact in contacts if contact["address"] is not None]
    loyal = [place for place, contact in enumerate(contacts) if contact["relationship"] is not None]
    ids, address_ids, relationship_ids = [
        [int(row[0]) for row in await connection.fetch(SEQUENCE, table, count)]
        for table, count in (
            ("app_user", len(contacts)),
            ("address", len(lived)),
            ("customer_relationship", len(loyal)),
        )
    ]
    left = iter(address_ids)
    users = [
        (contact_id, *_user(contact), at, at, None if contact["address"] is None else next(left))
        for contact_id, contact in zip(ids, contacts, strict=True)
    ]
    addresses = [(i, *(a[name] for name in ADDRESS_FIELDS)) for i, a in zip(address_ids, lived, strict=True)]
    relationships = [
        (i, ids[place], contacts[place]["relationship"]["points"], at, contacts[place]["relationship"]["last_activity"])
        for i, place in zip(relationship_ids, loyal, strict=True)
    ]
    await connection.copy_records_to_table("address", records=addresses, columns=ADDRESS_COLUMNS)
    await connection.copy_records_to_table("app_user", records=users, columns=USER_COLUMNS)
    await connection.copy_records_to_table("customer_relationship", records=relationships, columns=RELATIONSHIP_COLUMNS)
    return ids
