"""Every Django variant makes the same tables: its migration comes to the same SQL, statement by statement."""

import os
import re
import subprocess
import sys

from scalebed.paths import ROOT

APPS = ROOT / "apps"
VARIANTS = ("naive", "optimized")


# Like sqlmigrate, which however asks a database what it has applied.
PROGRAM = """
import django
django.setup()
from django.db import connection
from django.db.migrations.loader import MigrationLoader
loader = MigrationLoader(None)
key = ("contacts", "0001_initial")
with connection.schema_editor(collect_sql=True, atomic=False) as editor:
    loader.graph.nodes[key].apply(loader.project_state(key, at_end=False), editor, collect_sql=True)
print(chr(10).join(editor.collected_sql))
"""


def schema(variant: str) -> set[str]:
    """Return the statements of a variant's first migration; no database is asked for them."""
    environment = os.environ | {
        "SECRET_KEY": "not a secret, and long enough to sign with: 0123456789",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        "CACHE_URL": "redis://127.0.0.1:1",
        "DJANGO_SETTINGS_MODULE": f"{variant}.config.settings",
        "PYTHONPATH": str(APPS),
        "SWITCHES": "",
    }
    environment.pop("METRICS_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=APPS / variant,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    code = "\n".join(line for line in done.stdout.splitlines() if not line.startswith("--"))
    return {re.sub(r"\s+", " ", statement).strip() for statement in code.split(";") if statement.strip()}


def test_the_variants_make_the_same_tables() -> None:
    naive, optimized = (schema(variant) for variant in VARIANTS)
    assert naive == optimized


def test_the_tables_are_the_contracts() -> None:
    created = {match[1] for statement in schema("naive") if (match := re.match(r'CREATE TABLE "(\w+)"', statement))}
    assert created == {"app_user", "address", "customer_relationship"}
