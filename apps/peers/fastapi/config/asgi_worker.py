"""gunicorn's worker for the switch `server=gunicorn-uvicorn`."""

from typing import Any, ClassVar

from uvicorn_worker import UvicornWorker


class AsgiWorker(UvicornWorker):  # type: ignore[misc]  # the library has no types
    """uvicorn as `serve.py` starts it by itself, so that the two servers differ in who minds the processes."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        **UvicornWorker.CONFIG_KWARGS,
        "loop": "uvloop",
        "http": "httptools",
        "ws": "none",
        "lifespan": "on",
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "date_header": False,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.config.timeout_graceful_shutdown = self.cfg.graceful_timeout
