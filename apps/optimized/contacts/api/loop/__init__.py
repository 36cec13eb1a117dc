"""The hot reads on an event loop: through Django's request, resolver, middleware and view, or before Django."""

from switchboard import Switches

from ...composition import services
from .asgi import Application
from .beside import ThreadHandler
from .front import Front
from .handler import LoopHandler


def on_the_loop(switches: Switches) -> Application:
    """The ASGI application of the switch `hot`."""
    beside = ThreadHandler(switches.number("threads"))
    if switches["hot"] == "loop":
        return LoopHandler(beside)
    reads = services().on_loop
    assert reads is not None  # noqa: S101  the switch has it made
    return Front(reads, beside)
