"""Where the engine's real tests run: the tiny service as a clone of its own, and a cache apart from all others."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from scalebed import paths
from scalebed.experiment.spec import Experiment, parse_experiment

FAKE_ROOT = Path(__file__).parent / "fake"
COMPONENTS = ("go", "k6", "pgbouncer", "toxiproxy")


def make_cache() -> Path:
    """A cache in the cache, one for each of pytest's parallel workers, that shares only what takes long to build.

    Not in pytest's own temporary folder, which the user that Postgres runs as may not enter.
    """
    whole = paths.cache()
    folder = whole / "tests" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
    folder.mkdir(parents=True, exist_ok=True)
    for name in COMPONENTS:
        (whole / name).mkdir(exist_ok=True)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(whole / name)
    return folder


def get(url: str) -> Any:
    """The JSON that the tiny service answers with."""
    with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310 - loopback
        return json.load(response)


def status(url: str) -> int:
    """The status of an answer that may be an error."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310 - loopback
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def tiny(**keys: Any) -> Experiment:
    """An experiment with the tiny service."""
    defaults = {"name": "tiny", "dataset": {"contacts": 500}, "variants": ["tiny"], "replicas": [2]}
    return parse_experiment(defaults | keys, "test")
