"""What probes and Prometheus ask for."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from telemetry.metrics import exposition
from telemetry.readiness import readiness


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process lives; asks nothing of anything else."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 503 if something that this process needs is broken, otherwise 200; always with each check's outcome."""
    status, checks = readiness()
    return JsonResponse({"status": status, "checks": checks}, status=503 if status == "unavailable" else 200)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, added up over the processes of this service."""
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
