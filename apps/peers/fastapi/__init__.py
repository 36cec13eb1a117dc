"""The FastAPI peer, a yardstick that is not Django's. Its package is `peers.fastapi`; `fastapi` is the library."""
