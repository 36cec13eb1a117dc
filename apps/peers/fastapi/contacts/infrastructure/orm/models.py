"""The three tables of the CRM, which the dataset's migrations make, and Django's users."""

from __future__ import annotations

from datetime import date, datetime

from contract.rules import new_customer_id, now
from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, String, orm
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The base of the models."""


class Address(Base):
    """Where a contact lives."""

    __tablename__ = "address"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    street: Mapped[str] = mapped_column(String(100))
    street_number: Mapped[str] = mapped_column(String(16))
    city: Mapped[str] = mapped_column(String(100))
    city_code: Mapped[str] = mapped_column(String(16))
    country: Mapped[str] = mapped_column(String(100))


class AppUser(Base):
    """A contact: a person who may have an address and a customer relationship."""

    __tablename__ = "app_user"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    gender: Mapped[str] = mapped_column(String(1))
    customer_id: Mapped[str] = mapped_column(String(17), unique=True, default=new_customer_id)
    phone_number: Mapped[str] = mapped_column(String(32))
    birthday: Mapped[date]
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    last_updated: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"))
    # Asked for with the contact or not at all: an attribute that loads itself cannot be awaited.
    address: Mapped[Address | None] = orm.relationship(lazy="raise")
    relationship: Mapped[CustomerRelationship | None] = orm.relationship(
        lazy="raise", uselist=False, cascade="save-update, merge, delete, delete-orphan"
    )


class CustomerRelationship(Base):
    """The loyalty points of a contact, and when the contact was last active."""

    __tablename__ = "customer_relationship"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    appuser_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), unique=True)
    points: Mapped[int] = mapped_column(Integer, default=0)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    last_activity: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class AuthUser(Base):
    """What is needed of Django's user."""

    __tablename__ = "auth_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    password: Mapped[str]
    is_active: Mapped[bool]
