"""JSON Web Tokens: HS256, a pair of access and refresh."""

from time import time
from typing import Any, Protocol

import jwt

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
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def read(self, token: str) -> Claims | None:
        try:
            return jwt.decode(token, self._secret, [ALGORITHM], {"require": ["exp", "iat", "sub"]})
        except jwt.InvalidTokenError:
            return None


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

    def bearer(self, authorization: str) -> str | None:
        """Whom the value of an `Authorization` header speaks for, or None."""
        scheme, _, token = authorization.partition(" ")
        # A token has no padding at its end, though the library would take it.
        return self.username(token.strip()) if scheme.lower() == "bearer" and "=" not in token else None

    def _token(self, username: str, use: str) -> str:
        now = int(time())
        return self._signer.sign({"sub": username, "use": use, "iat": now, "exp": now + self._lives[use]})
