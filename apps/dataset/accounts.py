"""The user that load tests sign in as."""

import os

from django.contrib.auth import get_user_model

USERNAME = "bench"


def ensure_bench_user() -> None:
    """Make the user `bench`, or give it the password in `$BENCH_PASSWORD` (default `bench`) again."""
    password = os.environ.get("BENCH_PASSWORD", "bench")
    user, _ = get_user_model()._default_manager.get_or_create(username=USERNAME)
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
