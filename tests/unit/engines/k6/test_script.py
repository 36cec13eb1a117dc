"""What is made of a script of the user's own, from what k6 says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scalebed.engines.k6.script import Inspected, journey, remarks, require_http, wrapper
from scalebed.messages import EngineError


def said(options: dict[str, Any], *imports: str) -> Inspected:
    return Inspected(options, imports)


def scenarios(**functions: str | None) -> dict[str, Any]:
    return {"scenarios": {name: {"executor": "constant-vus", "exec": each} for name, each in functions.items()}}


def test_without_scenarios_the_default_function_is_a_journey() -> None:
    assert journey(said({"scenarios": None, "vus": 5})).exec == "default"


def test_the_only_function_of_all_scenarios_is_a_journey_with_what_its_scenario_gives() -> None:
    options = scenarios(a="buy", b="buy")
    options["scenarios"]["a"] |= {"env": {"SIZE": 3}, "tags": {"kind": "x"}}
    found = journey(said(options))
    assert (found.exec, found.env, found.tags) == ("buy", {"SIZE": "3"}, {"kind": "x"})


def test_among_several_functions_one_must_be_named() -> None:
    options = said(scenarios(a="buy", b=None))
    with pytest.raises(EngineError, match="scenarios run buy, default, and a journey is one function"):
        journey(options)
    assert journey(options, "buy").exec == "buy"


@pytest.mark.parametrize(
    ("module", "what"), [("k6/ws", "WebSockets"), ("k6/net/grpc", "gRPC"), ("k6/browser", "a browser")]
)
def test_other_protocols_are_refused(module: str, what: str) -> None:
    with pytest.raises(EngineError, match=f"imports {module}: {what} cannot be measured"):
        require_http(said({}, "file:///shop.js", "k6/http", module))


def test_a_clients_certificate_is_read_by_k6_itself(tmp_path: Path) -> None:
    made = journey(said({}))
    (tmp_path / "key.pem").write_text("hunter2", encoding="utf-8")
    text = wrapper(tmp_path / "a.js", tmp_path / "b.js", made, client=(tmp_path / "c.pem", tmp_path / "key.pem"))
    assert f'tlsAuth: [{{ cert: open("{tmp_path}/c.pem"), key: open("{tmp_path}/key.pem") }}]' in text
    assert "hunter2" not in text
    assert "tlsAuth" not in wrapper(tmp_path / "a.js", tmp_path / "b.js", made)


def test_what_gives_way_is_said() -> None:
    thresholds = {
        "http_req_duration": ["p(95)<500", {"threshold": "p(99) <= 900", "abortOnFail": True}],
        "http_req_duration{name:login}": ["p(95)<100"],
        "http_req_failed": ["rate<0.01"],
        "my_own": ["count>3"],
    }
    told = list(remarks(said({"vus": 5, "duration": "10s", "stages": None, "thresholds": thresholds})))
    assert told[0].startswith("The script's vus, duration give way")
    assert told[1].endswith("takes them as p(95) < 500 ms, p(99) < 900 ms, p(95) < 100 ms for login, errors < 1 %.")
    assert len(list(remarks(said({"vus": 5, "thresholds": thresholds}), judged=True))) == 1
    assert not list(remarks(said({"vus": None, "thresholds": None})))


def test_files_are_those_that_are_imported() -> None:
    found = said({}, "file:///a%20b/shop.js", "k6/http", "file:///a%20b/inner.js").files
    assert found == (Path("/a b/shop.js"), Path("/a b/inner.js"))


def test_the_wrapper_names_files_as_urls_do() -> None:
    text = wrapper(Path("/a b#c/shop.js"), Path("/k6/arrivals.js"), journey(said({})), insecure=True)
    assert 'from "file:///a%20b%23c/shop.js"' in text
    assert '"insecureSkipTLSVerify": true' in text
