"""What stands beside the contract: probes, metrics, and the page of the description with its scripts."""

from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.staticfiles import StaticFiles
from telemetry.metrics import exposition

# Swagger UI comes from an installed package, so that the page works offline.
ASSETS = "drf_spectacular_sidecar"
STATIC = "/api/static"


def add_beside(app: FastAPI, ping: Callable[[], Awaitable[object]]) -> None:
    """Put the endpoints into the application; `ping` asks the database for an answer."""

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        try:
            await ping()
        except Exception as error:
            checks = {"database": f"The database does not answer ({type(error.__cause__ or error).__name__})."}
            return JSONResponse({"status": "unavailable", "checks": checks}, 503)
        return JSONResponse({"status": "ok", "checks": {"database": "ok"}})

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


def _assets() -> Path:
    found = find_spec(ASSETS)
    if found is None or found.origin is None:
        raise RuntimeError(f"{ASSETS} is not installed, which brings Swagger UI.")
    return Path(found.origin).parent / "static" / ASSETS / "swagger-ui-dist"
