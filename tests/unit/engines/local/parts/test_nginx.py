from pathlib import Path

from scalebed.engines.local.parts.nginx import Upstream, configuration

TEXT = configuration(
    [Upstream("naive", 8001, (9001, 9002)), Upstream("optimized", 8002, (9003,))], Path("/state"), Path("/logs/nginx")
)


def test_every_entrance_is_on_loopback() -> None:
    listens = [line.split()[1] for line in TEXT.splitlines() if line.strip().startswith("listen ")]

    assert listens == ["127.0.0.1:8001", "127.0.0.1:8002"]


def test_every_replica_is_a_server_of_its_own_upstream() -> None:
    naive = TEXT[TEXT.index("upstream naive") : TEXT.index("upstream optimized")]

    assert naive.count("server 127.0.0.1:9001 ") == naive.count("server 127.0.0.1:9002 ") == 1
    assert "9003" not in naive
    assert "server 127.0.0.1:9003 max_fails=0;" in TEXT


def test_errors_are_not_hidden_and_nothing_is_written_elsewhere() -> None:
    assert TEXT.count("proxy_next_upstream off;") == 2
    assert TEXT.count("/state/") == 6
    assert "error_log /logs/nginx warn;" in TEXT


def test_services_are_told_how_the_client_came() -> None:
    told = [line.strip() for line in TEXT.splitlines() if "X-Forwarded-Proto" in line]

    assert told == ["proxy_set_header X-Forwarded-Proto $scheme;"] * 2
