"""Deterministic rows for the three tables, and the loader that puts them into PostgreSQL.

    locales ──> faking ──> pools ──> rows ──> encoding ──> copying (in each worker process)
                             └──> vocabulary                  ^
    management commands ──> loader ───────────────────────────┘
                              └──> keys, models, accounts, progress

Nothing above the commands imports Django, so that a worker process stays small.
"""
