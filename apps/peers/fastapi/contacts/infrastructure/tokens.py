"""JSON Web Tokens: HS256, a pair of access and refresh, by either of two libraries."""

from collections.abc import Callable
from time import time
from typing import Any, Protocol

import jwt as pyjwt
from joserfc import jwt as joserfc
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

ALGORITHM = "HS256"
Claims = dict[str, Any]


class Signer(Protocol):
    """Writes and reads signed claims under one secret."""

    def sign(self, claims: Claims) -> str:
        """The claims as a token; times are whole seconds."""
        ...

    def read(self, token: str) -> Claims | None:
        """The claims of a token, or None where it is forged, out of date or lacks `exp`, `iat` or `sub`."""
        ...


class PyjwtSigner:
    """Tokens by PyJWT."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, claims: Claims) -> str:
        return pyjwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def read(self, token: str) -> Claims | None:
        try:
            return pyjwt.decode(token, self._secret, [ALGORITHM], {"require": ["exp", "iat", "sub"]})
        except pyjwt.InvalidTokenError:
            return None


class JoserfcSigner:
    """Tokens by joserfc."""

    def __init__(self, secret: str) -> None:
        self._key = OctKey.import_key(secret)
        needed: joserfc.ClaimsOption = {"essential": True}
        self._rules = joserfc.JWTClaimsRegistry(exp=needed, iat=needed, sub=needed)

    def sign(self, claims: Claims) -> str:
        return joserfc.encode({"alg": ALGORITHM}, claims, self._key, [ALGORITHM])

    def read(self, token: str) -> Claims | None:
        try:
            claims = joserfc.decode(token, self._key, [ALGORITHM]).claims
            self._rules.validate(claims)
        except (JoseError, TypeError, ValueError):
            # The last two come from headers that are JSON but no header.
            return None
        return claims


SIGNERS: dict[str, Callable[[str], Signer]] = {"pyjwt": PyjwtSigner, "joserfc": JoserfcSigner}


class Tokens:
    """Makes and reads tokens by a signer; lives are in seconds."""

    def __init__(self, signer: Signer, *, access_s: int, refresh_s: int) -> None:
        self._signer = signer
        self._lives = {"access": access_s, "refresh": refresh_s}

    def pair(self, username: str) -> dict[str, str]:
        """An access and a refresh token for a user."""
        return {use: self._token(username, use) for use in self._lives}

    def username(self, token: str) -> str | None:
        """Whom an access token speaks for, or None where it is forged, out of date or of another use."""
        claims = self._signer.read(token)
        return str(claims["sub"]) if claims is not None and claims.get("use") == "access" else None

    def _token(self, username: str, use: str) -> str:
        now = int(time())
        return self._signer.sign({"sub": username, "use": use, "iat": now, "exp": now + self._lives[use]})
