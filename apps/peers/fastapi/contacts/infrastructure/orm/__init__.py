"""The `sqlalchemy` arm: the ORM as its documentation and FastAPI's teach it."""
