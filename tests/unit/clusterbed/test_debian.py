import pytest

from clusterbed.debian import source_lines
from scalebed.messages import EngineError

TARGETS = (
    "http://mirror.example/pub/debian/|bookworm\n"
    "http://mirror.example/pub/debian/|bookworm-updates\n"
    "http://security.example/debian-security/|bookworm-security\n"
    "http://mirror.example/other/|nodistro\n"
)


def test_another_suite_comes_from_the_mirrors_that_the_machine_uses() -> None:
    lines = source_lines(TARGETS, "trixie").splitlines()

    assert [line.split()[-3:] for line in lines] == [
        ["http://mirror.example/pub/debian/", "trixie", "main"],
        ["http://mirror.example/pub/debian/", "trixie-updates", "main"],
        ["http://security.example/debian-security/", "trixie-security", "main"],
    ]
    assert all(line.startswith("deb ") for line in lines)


def test_without_security_updates_the_archive_alone() -> None:
    assert len(source_lines("http://mirror.example/debian/|bookworm\n", "trixie").splitlines()) == 2


def test_a_machine_without_a_debian_mirror_is_told() -> None:
    with pytest.raises(EngineError, match="knows no Debian mirror"):
        source_lines("http://mirror.example/ubuntu/|noble\n", "trixie")
