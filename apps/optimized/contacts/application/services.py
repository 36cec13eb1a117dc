"""The writes: each is one transaction, and makes cached reads unreadable once it has committed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from contract.document import MESSAGES
from contract.errors import InvalidError, UnavailableError
from contract.rules import all_free, transferred, whole_address

from .ports import Repository, UnitOfWork

Values = dict[str, Any]


class CustomerIdTakenError(Exception):
    """The database refused a customer id that a contact has already."""


class ContactService:
    """Creates, changes and removes contacts, and moves points. Every method may raise `UnavailableError`."""

    def __init__(self, repository: Repository, unit: UnitOfWork, invalidate: Callable[[], None]) -> None:
        self._repository = repository
        self._unit = unit
        self._invalidate = invalidate

    def create(self, contact: Values) -> int:
        """Add a contact; its id. Raises `InvalidError`."""
        with self._write():
            return self._repository.add([contact])[0]

    def create_bulk(self, contacts: list[Values]) -> list[int]:
        """Add contacts, all or none; their ids in the same order. Raises `InvalidError` naming the places."""
        all_free(contacts, set())
        try:
            with self._transaction():
                return self._repository.add(contacts)
        except CustomerIdTakenError:
            self._all_free(contacts)
            raise InvalidError({"contacts": [MESSAGES["customer_id_taken"]]}) from None

    def replace(self, contact_id: int, contact: Values) -> None:
        """Give a contact new values, and remove a nested object that is absent.

        Raises `InvalidError` and `NotFoundError`.
        """
        with self._write():
            stored = self._repository.lock(contact_id)
            self._repository.change(stored, {"address": None, "relationship": None, **contact})

    def change(self, contact_id: int, values: Values) -> None:
        """Change only what `values` names. Raises `InvalidError`, `NotFoundError`."""
        with self._write():
            stored = self._repository.lock(contact_id)
            if values.get("address") is not None and not self._repository.has_address(stored):
                whole_address(values["address"])
            self._repository.change(stored, values)

    def remove(self, contact_id: int) -> None:
        """Remove a contact with its relationship and its address. Raises `NotFoundError`."""
        with self._write():
            self._repository.remove(self._repository.lock(contact_id))

    def transfer(self, sender: int, receiver: int, amount: int) -> dict[int, int]:
        """Move points; both balances after it. Raises `InvalidError` naming `from`, `to` or `points`."""
        with self._write():
            sent, received = transferred(self._repository.lock_points({sender, receiver}), sender, receiver, amount)
            balances = {sender: sent, receiver: received}
            self._repository.set_points(balances)
            return balances

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        written = False
        try:
            with self._unit.atomic():
                yield
                self._unit.after_commit(self._invalidate)
                written = True
        except UnavailableError:
            # The session died at its COMMIT, which may have been done all the same.
            if written:
                self._invalidate()
            raise

    @contextmanager
    def _write(self) -> Iterator[None]:
        try:
            with self._transaction():
                yield
        except CustomerIdTakenError:
            raise InvalidError({"customer_id": [MESSAGES["customer_id_taken"]]}) from None

    def _all_free(self, contacts: list[Values]) -> None:
        given = [contact["customer_id"] for contact in contacts if "customer_id" in contact]
        all_free(contacts, self._repository.taken(given))
