"""What a service at a url is refused for, asked at a real server on loopback."""

from __future__ import annotations

import datetime
import re
import socket
from pathlib import Path

import pytest
from certificates import Issuer
from https_server import Answering, serving

from scalebed.engines.local.parts.elsewhere import require_answer
from scalebed.experiment.application import Application
from scalebed.messages import EngineError

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def refused(url: str, **more: object) -> str:
    with pytest.raises(EngineError) as told:
        require_answer(Application.model_validate({"url": url, **more}))
    return str(told.value)


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


def test_a_url_where_nothing_listens_is_refused() -> None:
    assert refused("http://127.0.0.1:1") == (
        "service.url: nothing answers at http://127.0.0.1:1 (Connection refused); start it first"
    )


def test_any_answer_will_do() -> None:
    with serving() as port:
        require_answer(Application(url=f"http://127.0.0.1:{port}"))


def test_what_is_trusted_answers_over_tls(issuer: Issuer) -> None:
    pair = issuer.issue("good")
    with serving(pair) as port:
        url = f"https://localhost:{port}"
        require_answer(Application(url=url, ca=str(issuer.certificate)))
        require_answer(Application(url=url, ca=str(pair.certificate)))
        require_answer(Application(url=f"https://127.0.0.1:{port}", insecure=True))


def test_a_certificate_that_cannot_be_trusted_is_told_with_what_to_do(issuer: Issuer) -> None:
    ca = {"ca": str(issuer.certificate)}
    with serving(issuer.issue("fine")) as port:
        told = refused(f"https://localhost:{port}")
        assert "nobody here trusts who issued the certificate of https://localhost" in told
        assert "name the issuer's as ca, or take any certificate by insecure: true" in told
        told = refused(f"https://127.0.0.1:{port}", **ca)
        assert "is for another host (IP address mismatch, certificate is not valid for '127.0.0.1')" in told
    with serving(issuer.issue("old", until=LONG_AGO)) as port:
        assert f"the certificate of https://localhost:{port} has expired; renew it" in refused(
            f"https://localhost:{port}", **ca
        )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "cannot be read (No such file or directory); name a file of certificates in PEM"),
        ("", "holds no certificates in PEM; name a file that does"),
        ("no certificate\n", "holds no certificates in PEM; name a file that does"),
    ],
)
def test_a_file_of_no_certificates_is_told(tmp_path: Path, text: str | None, told: str) -> None:
    file = tmp_path / "ca.pem"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    assert refused("https://127.0.0.1:1", ca=str(file)) == f"service.ca: {file} {told}"


def test_the_other_scheme_is_told(issuer: Issuer) -> None:
    with serving() as port:
        assert refused(f"https://127.0.0.1:{port}").endswith("does not speak TLS there; write http://")
    with serving(issuer.issue("tls")) as port:
        assert "or write https:// where it wants that" in refused(f"http://localhost:{port}")


def test_a_page_that_takes_its_time_is_no_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scalebed.engines.local.parts.elsewhere._TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        require_answer(Application(url=f"http://127.0.0.1:{listening.getsockname()[1]}"))


def test_a_client_shows_its_certificate(issuer: Issuer) -> None:
    client = issuer.issue("client")
    shown = {"cert": str(client.certificate), "key": str(client.key)}
    both = client.key.with_name("both.pem")
    both.write_bytes(client.certificate.read_bytes() + client.key.read_bytes())
    with serving(issuer.issue("strict"), clients=issuer.certificate) as port:
        url, ca = f"https://localhost:{port}", {"ca": str(issuer.certificate)}
        require_answer(Application.model_validate({"url": url, **ca, **shown}))
        require_answer(Application.model_validate({"url": url, **ca, "cert": str(both)}))
        # Whether its alert is read before the connection is gone is chance.
        assert re.search(r"(asks|if it asks) for a client's certificate.* name", refused(url, **ca))


def test_files_that_are_no_certificate_and_key_are_told(issuer: Issuer, tmp_path: Path) -> None:
    url, one, other = "https://127.0.0.1:1", issuer.issue("one"), issuer.issue("other")
    absent = str(tmp_path / "absent.pem")
    assert refused(url, cert=absent).startswith(f"service.cert: {absent} cannot be read (No such file or directory)")
    assert refused(url, cert=str(one.certificate), key=absent).startswith(f"service.key: {absent} cannot be read")
    assert "are no certificate and its key in PEM" in refused(url, cert=str(one.certificate), key=str(other.key))


def test_its_headers_are_sent_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "Bearer x")
    headers = {"Authorization": {"variable": "TOKEN"}, "X-Is": "y"}
    with serving() as port:
        require_answer(Application.model_validate({"url": f"http://127.0.0.1:{port}", "headers": headers}))
    assert Answering.asked[-1] == "Bearer x"
    monkeypatch.setenv("TOKEN", "Bearer x\r\nX-More: hunter2")
    told = refused("http://127.0.0.1:1", headers=headers)
    assert told == "service.headers.Authorization: must be one line of plain text; see to where it is read from"
