"""What stands beside the contract: probes and metrics."""

from contract.errors import UnavailableError
from prometheus_client import CONTENT_TYPE_LATEST
from telemetry.metrics import exposition

from flask import Blueprint, Response, jsonify

from .parts import parts

blueprint = Blueprint("beside", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer while the process lives."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Answer 503 while the database does not."""
    try:
        parts().database.read(parts().reads.check())
    except UnavailableError as error:
        trouble = f"The database does not answer ({type(error.__cause__).__name__})."
        return jsonify(status="unavailable", checks={"database": trouble}), 503
    return jsonify(status="ok", checks={"database": "ok"}), 200


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus text, added up over the processes of this service."""
    return Response(exposition(), content_type=CONTENT_TYPE_LATEST)
