"""What `/readyz` asks beside the database; each check's name is what it asks."""

from contract.errors import UnavailableError
from django.conf import settings

from .composition import services
from .infrastructure.response_cache import StoreSlowError
from .infrastructure.stores import StoreDownError


def cache() -> str | None:
    """A sentence where the cache is away: the service does without it, and slower."""
    store = services().cache
    if store is None:
        return None
    try:
        store.check()
    except StoreDownError as error:
        return f"The cache does not answer ({type(error.__cause__).__name__}); reads come from the database."
    except StoreSlowError:
        return "The cache answers too slowly; reads come from the database."
    return None


def async_reads() -> str | None:
    """A sentence where the event loop's own connections do not reach the database; the others are Django's."""
    asynchronous = services().asynchronous
    if asynchronous is None:
        return None
    try:
        asynchronous.check(settings.POOL_TIMEOUT_S)
    except (UnavailableError, TimeoutError) as error:
        return f"The database does not answer asynchronous reads ({type(error.__cause__ or error).__name__})."
    return None
