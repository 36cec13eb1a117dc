"""What stands beside the contract: probes and metrics."""

from typing import Any

from asgiref.sync import sync_to_async
from django_bolt import Request, Response
from django_bolt.concurrency import sync_to_thread
from django_bolt.responses import JSON
from prometheus_client import CONTENT_TYPE_LATEST
from telemetry.metrics import exposition
from telemetry.readiness import readiness

from .elsewhere import Routes


def add_beside(routes: Routes) -> None:
    """Route the endpoints."""

    @routes.add("GET", "/healthz")
    async def healthz(request: Request) -> Any:
        """Whether the process lives."""
        return {"status": "ok"}

    @routes.add("GET", "/readyz")
    async def readyz(request: Request) -> Any:
        """Whether it can serve."""
        status, checks = await sync_to_async(readiness)()
        return JSON({"status": status, "checks": checks}, status_code=503 if status == "unavailable" else 200)

    @routes.add("GET", "/metrics")
    async def metrics(request: Request) -> Any:
        """Prometheus text."""
        return Response(await sync_to_thread(exposition), media_type=CONTENT_TYPE_LATEST)
