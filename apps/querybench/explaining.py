"""EXPLAIN (ANALYZE, BUFFERS) of the statements that a question took."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psycopg
from django.db import connection

from querybench.recording import Recording
from querybench.results import Explained

# Others have effects, or no plan.
_EXPLAINED = ("SELECT", "WITH", "(SELECT")
# What a new connection is told.
_SETTING = "SELECT SET_CONFIG("


def explain(recorded: Recording) -> tuple[Explained, ...]:
    """Each different statement once, with the parameters of its first use, the slowest first."""
    times = Counter(statement.text for statement in recorded.statements)
    first: dict[str, Any] = {}
    spent: dict[str, float] = {}
    for statement in recorded.statements:
        first.setdefault(statement.text, statement.params)
        spent[statement.text] = spent.get(statement.text, 0.0) + statement.seconds
    upper = {text: text.lstrip().upper() for text in times}
    texts = [text for text in times if upper[text].startswith(_EXPLAINED) and not upper[text].startswith(_SETTING)]
    return tuple(
        Explained(text, times[text], _plan(text, first[text])) for text in sorted(texts, key=lambda text: -spent[text])
    )


def _plan(text: str, params: Any) -> tuple[str, ...]:
    connection.ensure_connection()
    try:
        # Parameters are put into the text by the client, since EXPLAIN takes none from the protocol.
        with psycopg.ClientCursor(connection.connection) as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {text}".encode(), params)
            return tuple(str(row[0]) for row in cursor.fetchall())
    except psycopg.errors.QueryCanceled:
        return ("It ran into the statement timeout, so there is no plan with times.",)
    finally:
        connection.close()
