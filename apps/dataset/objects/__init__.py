"""Database objects beside the tables: which there are, who asks for them, and making a database match.

    SWITCHES, variant.toml ──> choice ──> definitions (denormalised) ──> matching ──> manage.py db_objects
    strategies.toml ────────────┘

They are no migrations, since they follow switches and not versions. The rows do not depend on anything here.
"""
