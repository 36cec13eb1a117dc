"""Settings, switches, routes and the WSGI and ASGI entry points."""
