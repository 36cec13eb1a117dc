"""What stands beside the contract: probes and metrics."""

from typing import Any

from contract.errors import UnavailableError
from prometheus_client import CONTENT_TYPE_LATEST
from telemetry.metrics import exposition

from litestar import Response, get

from .parts import Given


@get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer while the process lives."""
    return {"status": "ok"}


@get("/readyz")
async def readyz(parts: Given) -> Response[dict[str, Any]]:
    """Answer 503 while the database does not."""
    try:
        await parts.database.read(parts.reads.check())
    except UnavailableError as error:
        trouble = f"The database does not answer ({type(error.__cause__).__name__})."
        return Response({"status": "unavailable", "checks": {"database": trouble}}, status_code=503)
    return Response({"status": "ok", "checks": {"database": "ok"}})


# On a thread: it reads files.
@get("/metrics", sync_to_thread=True)
def metrics() -> Response[bytes]:
    """Prometheus text, added up over the processes of this service."""
    return Response(exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})
