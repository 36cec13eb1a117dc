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


def lines(*, failover: bool) -> list[str]:
    upstreams = [Upstream("naive", 8001, (9001, 9002)), Upstream("own", 8002, (9003,), contract=False)]
    text = configuration(upstreams, Path("/state"), Path("/logs/nginx"), failover=failover)
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def test_with_failover_a_request_that_was_not_taken_goes_to_another_once() -> None:
    strict, lenient = lines(failover=False), lines(failover=True)
    assert lenient.count("proxy_next_upstream error timeout;") == 2
    assert lenient.count("proxy_next_upstream_tries 2;") == 2
    assert not any("non_idempotent" in line for line in lenient), "a write might be done twice"
    assert not any("proxy_next_upstream off" in line for line in lenient)
    assert [line for line in lenient if line.startswith("server 127")] == [
        f"server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;" for port in (9001, 9002, 9003)
    ]
    assert [line for line in strict if line.startswith("server 127")] == [
        f"server 127.0.0.1:{port} max_fails=0;" for port in (9001, 9002, 9003)
    ]


def test_failover_changes_nothing_else() -> None:
    strict, lenient = (set(lines(failover=each)) for each in (False, True))
    changed = {line.split()[0] for line in strict ^ lenient}
    assert changed == {"server", "proxy_next_upstream", "proxy_next_upstream_tries", "proxy_next_upstream_timeout"}


def test_a_configuration_has_as_many_braces_open_as_closed() -> None:
    for failover in (False, True):
        text = "\n".join(lines(failover=failover))
        assert text.count("{") == text.count("}")
        assert not any(word in text for word in ("{%", "{{", "None"))
