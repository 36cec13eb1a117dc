"""A page of contacts as a reader gives them. Pure."""

from datetime import UTC, date, datetime, timedelta

Row = tuple[object, ...]

SIZE = 50
FIRST_NAMES = ("Zoë", "Łukasz", "Mary", "José", "Anna", "李")
LAST_NAMES = ("Müller", "Kowalski", "Smith", "García", "Nielsen-Holm")
CITIES = (("Köln", "50667", "Germany"), ("Łódź", "90-001", "Poland"), ("Leeds", "LS1 4AP", "United Kingdom"))
_CREATED = datetime(2021, 3, 4, 5, 6, 7, 123456, tzinfo=UTC)


def row(number: int) -> Row:
    """One contact: the 19 values of user, address and relationship, times in UTC without saying so."""
    city, code, country = CITIES[number % len(CITIES)]
    created = (_CREATED + timedelta(hours=7 * number)).replace(tzinfo=None)
    own = (
        number,
        FIRST_NAMES[number % len(FIRST_NAMES)],
        LAST_NAMES[number % len(LAST_NAMES)],
        "MFO"[number % 3],
        f"CUST-{number:012X}",
        f"+4917012{number:05d}",
        date(1984, 2, 29),
        created,
        created + timedelta(days=30),
    )
    address = (number, "Große Straße", f"{number}a", city, code, country)
    relationship = (number, 37 * number % 1000, created, created + timedelta(days=90))
    return own + address + relationship


ROWS = [row(number) for number in range(1, SIZE + 1)]
