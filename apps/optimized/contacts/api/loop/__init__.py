"""The hot reads on an event loop: through Django's request, resolver, middleware and view, or before Django."""
