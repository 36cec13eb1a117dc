"""Tests in a running cluster. They share it, so they run one after the other; each sets the release as it wants it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import release
from tests.e2e.cluster import APP, CONTEXT, helm, kubectl


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the cluster, and time for its pods to come and go."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.cluster)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(900))


def pytest_runtest_setup() -> None:
    """Begin no test after SCALEBED_TESTS_BEGIN_UNTIL (seconds since 1970), where CI has no time left for it."""
    until = os.environ.get("SCALEBED_TESTS_BEGIN_UNTIL")
    if until and time.time() > float(until):
        pytest.skip("NOT RUN: no time was left for it")


@pytest.fixture(scope="session")
def cluster() -> str:
    """The cluster's context; without a cluster no test here passes."""
    kubectl("get", "namespace", APP, "--request-timeout=10s")
    return CONTEXT


@pytest.fixture(scope="session")
def installed(cluster: str) -> Iterator[None]:
    """The release, for as long as the session lasts; one that somebody else installed is not touched."""
    # Every status that stands in the way of a new one, in words that Helm 3 and 4 know.
    statuses = ("--deployed", "--failed", "--pending", "--uninstalling")
    if release.NAME in helm("list", "--namespace", APP, *statuses, "--short").split():
        pytest.fail(
            f"the namespace {APP} has a release {release.NAME} already; helm uninstall {release.NAME} -n {APP} first"
        )
    release.bring()
    yield
    release.remove()
