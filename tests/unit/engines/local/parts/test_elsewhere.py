"""What a service at a url is refused for, asked at a real server on loopback."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from certificates import Issuer, Pair

from scalebed.engines.local.parts.elsewhere import require_answer
from scalebed.experiment.application import Application
from scalebed.messages import EngineError

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Nothing is logged."""


class Server(HTTPServer):
    """Whose clients may break off while they shake hands."""

    def handle_error(self, request: object, client_address: object) -> None:
        """They mean to."""


@contextmanager
def serving(pair: Pair | None = None, clients: Path | None = None) -> Iterator[int]:
    """The port of a server, with TLS by this pair; `clients`: who must have issued a client's certificate."""
    with Server(("127.0.0.1", 0), Answering) as server:
        if pair is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pair.certificate, pair.key)
            if clients is not None:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(clients)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


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
