"""What stands beside the contract: probes, metrics, and the page of the description with its scripts."""

from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.staticfiles import StaticFiles
from telemetry.metrics import exposition

from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse

from ..infrastructure.response_cache import StoreSlowError
from .caching import Cache, NoCache

# Swagger UI comes from an installed package, so that the page works offline.
ASSETS = "drf_spectacular_sidecar"
STATIC = "/api/static"


def add_beside(app: FastAPI, ping: Callable[[], Awaitable[object]], cache: Cache) -> None:
    """Put the endpoints into the application; `ping` asks the database for an answer."""

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        checks, status = {"database": "ok"}, "ok"
        if isinstance(cache, NoCache):
            pass
        elif (error := await _trouble(cache.check)) is None:
            checks["cache"] = "ok"
        elif error == StoreSlowError.__name__:
            checks["cache"] = "The cache answers too slowly; reads come from the database."
            status = "degraded"
        else:
            # All replicas share it, and each can do without.
            checks["cache"] = f"The cache does not answer ({error}); reads come from the database."
            status = "degraded"
        if (error := await _trouble(ping)) is not None:
            checks["database"] = f"The database does not answer ({error})."
            status = "unavailable"
        return JSONResponse({"status": status, "checks": checks}, 503 if status == "unavailable" else 200)

    # Not async: it reads files, and so belongs on a thread.
    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(exposition(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/api/swagger", include_in_schema=False)
    async def swagger() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=app.openapi_url or "",
            title=app.title,
            swagger_js_url=f"{STATIC}/swagger-ui-bundle.js",
            swagger_css_url=f"{STATIC}/swagger-ui.css",
            swagger_favicon_url=f"{STATIC}/favicon-32x32.png",
        )

    app.mount(STATIC, StaticFiles(directory=_assets()))


async def _trouble(ask: Callable[[], Awaitable[object]]) -> str | None:
    """The name of what goes wrong, None where nothing does."""
    try:
        await ask()
    except Exception as error:
        return type(error.__cause__ or error).__name__
    return None


def _assets() -> Path:
    found = find_spec(ASSETS)
    if found is None or found.origin is None:
        raise RuntimeError(f"{ASSETS} is not installed, which brings Swagger UI.")
    return Path(found.origin).parent / "static" / ASSETS / "swagger-ui-dist"
