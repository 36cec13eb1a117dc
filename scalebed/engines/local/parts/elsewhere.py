"""A service that runs already: whether it answers at its url, and whether it can be trusted there."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from scalebed.engines.secrets import header_values
from scalebed.experiment.application import Application
from scalebed.messages import EngineError

_TIMEOUT_S = 5.0
_EXPIRED, _NOT_YET = 10, 9
_OTHER_HOST = frozenset({62, 64})
_NO_ISSUER = frozenset({2, 18, 19, 20, 21})
"""Reasons of OpenSSL (`X509_V_ERR_…`)."""
_BROKEN_OFF = (
    "service.url: {url} breaks off once TLS is agreed on; if it asks for a client's certificate, name that as cert, "
    "and its key as key"
)
_SILENT = (
    "service.url: what listens at {url} answers no HTTP there; name the port where it does, or write https:// where it "
    "wants that"
)


def require_answer(application: Application) -> None:
    """That it answers a GET of `/` with anything at all. Raises EngineError with why it does not."""
    url, headers = application.url, header_values(application.headers)
    connection = _connection(application)
    try:
        _reach(connection, url)
        _ask(connection, url, headers)
    except ssl.SSLCertVerificationError as error:
        told = f"{_distrusted(url, error)}, or take any certificate by insecure: true"
        raise EngineError(f"service.url: {told}") from error
    except ssl.SSLError as error:
        raise EngineError(f"service.url: {_unspoken(url, error)}") from error
    finally:
        connection.close()


def _reach(connection: http.client.HTTPConnection, url: str) -> None:
    try:
        connection.connect()
    except ssl.SSLError:
        raise
    except OSError as error:
        raise EngineError(
            f"service.url: nothing answers at {url} ({error.strerror or error}); start it first"
        ) from error


def _ask(connection: http.client.HTTPConnection, url: str, headers: Mapping[str, str]) -> None:
    try:
        connection.request("GET", "/", headers=dict(headers))
        connection.getresponse()
    except TimeoutError:
        return  # it listens; how long a page may take is the script's matter
    except ssl.SSLError as error:
        if not isinstance(error, ssl.SSLEOFError):
            raise
        raise EngineError(_BROKEN_OFF.format(url=url)) from error
    except ConnectionError as error:
        told = _BROKEN_OFF if url.startswith("https:") else _SILENT
        raise EngineError(told.format(url=url)) from error
    except (OSError, http.client.HTTPException) as error:
        raise EngineError(_SILENT.format(url=url)) from error


def _connection(application: Application) -> http.client.HTTPConnection:
    parts = urlsplit(application.url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port or 80, timeout=_TIMEOUT_S)
    return http.client.HTTPSConnection(host, parts.port or 443, timeout=_TIMEOUT_S, context=trusting(application))


def trusting(application: Application) -> ssl.SSLContext:
    """What k6 will trust, too. Raises EngineError where a file cannot be read."""
    context = ssl.create_default_context()
    # As Go has it, in which k6 is written: a certificate that is trusted by itself needs no issuer.
    context.verify_flags = (context.verify_flags & ~ssl.VERIFY_X509_STRICT) | ssl.VERIFY_X509_PARTIAL_CHAIN
    if application.ca is not None:
        _trust(context, Path(application.ca))
    if application.cert is not None:
        _identify(context, Path(application.cert), Path(application.key or application.cert))
    if application.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _trust(context: ssl.SSLContext, file: Path) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError as error:
        raise EngineError(f"service.ca: {file} holds no certificates in PEM; name a file that does") from error
    except OSError as error:
        raise EngineError(
            f"service.ca: {file} cannot be read ({error.strerror}); name a file of certificates in PEM"
        ) from error


def _identify(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    for place, file in (("cert", cert), ("key", key)):
        try:
            file.read_bytes()
        except OSError as error:
            raise EngineError(
                f"service.{place}: {file} cannot be read ({error.strerror}); name a file in PEM"
            ) from error
    try:
        context.load_cert_chain(cert, key, password=lambda: "")  # or it would be asked for at the terminal
    except ssl.SSLError as error:
        raise EngineError(
            f"service.cert: {cert} and {key} are no certificate and its key in PEM, or the key has a password; name "
            "such files"
        ) from error


def _distrusted(url: str, error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with the certificate, and what would do."""
    why = error.verify_message.rstrip(".")
    if error.verify_code == _EXPIRED:
        return f"the certificate of {url} has expired; renew it"
    if error.verify_code == _NOT_YET:
        return f"the certificate of {url} is not valid yet; set this machine's clock, or renew it"
    if error.verify_code in _OTHER_HOST:
        return f"the certificate of {url} is for another host ({why}); write the name that it is for"
    if error.verify_code in _NO_ISSUER:
        return f"nobody here trusts who issued the certificate of {url} ({why}); name the issuer's as ca"
    return f"the certificate of {url} cannot be trusted ({why}); name the issuer's as ca"


def _unspoken(url: str, error: ssl.SSLError) -> str:
    reason = error.reason or ""
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNEXPECTED_EOF_WHILE_READING", "RECORD_LAYER_FAILURE"):
        return f"what listens at {url} does not speak TLS there; write http://"
    if "CERTIFICATE_REQUIRED" in reason or "HANDSHAKE_FAILURE" in reason:
        return f"{url} asks for a client's certificate; name its file as cert, and that of its key as key"
    told = reason.lower().replace("_", " ") or str(error)
    return f"TLS with {url} fails ({told}); see to what its server asks of clients"
