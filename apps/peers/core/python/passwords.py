"""Django's stored passwords: `pbkdf2_sha256$iterations$salt$base64`."""

import asyncio
import hmac
from base64 import b64encode
from hashlib import pbkdf2_hmac

ALGORITHM = "pbkdf2_sha256"
# As many as Django 5.2 takes: a name that nobody has costs as much as a wrong password.
_NOBODYS = f"{ALGORITHM}$1000000$nobody$"


def encoded(password: str, salt: str, iterations: int) -> str:
    """A password as Django stores it."""
    digest = pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations)
    return f"{ALGORITHM}${iterations}${salt}${b64encode(digest).decode()}"


def matches(password: str, stored: str | None) -> bool:
    """Whether a password is the stored one. Takes its time, by intent."""
    parts = (stored or _NOBODYS).split("$")
    # One that cannot be used begins with an exclamation mark.
    if len(parts) != 4 or parts[0] != ALGORITHM:
        return False
    made = encoded(password, parts[2], int(parts[1]))
    return hmac.compare_digest(made.encode(), (stored or "").encode())


async def matches_beside(password: str, stored: str | None) -> bool:
    """As `matches`, on a thread, so that the loop stays free."""
    return await asyncio.to_thread(matches, password, stored)
