"""What a server calls where the switch `hot` is no default."""

from switchboard import Switches

from ...application.loop_reads import LoopReads
from .asgi import Application
from .beside import ThreadHandler
from .front import Front
from .handler import LoopHandler


def on_the_loop(switches: Switches, reads: LoopReads | None) -> Application:
    """The ASGI application of the switch `hot`; `reads` are the services', which know this package and not it them."""
    beside = ThreadHandler(switches.number("threads"))
    if switches["hot"] == "loop":
        return LoopHandler(beside)
    assert reads is not None  # noqa: S101  the switch has it made
    return Front(reads, beside)
