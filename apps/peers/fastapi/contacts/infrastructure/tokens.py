"""JSON Web Tokens by PyJWT: HS256, a pair of access and refresh."""

from time import time

import jwt

ALGORITHM = "HS256"


class Tokens:
    """Makes and reads tokens under one secret; lives are in seconds."""

    def __init__(self, secret: str, *, access_s: int, refresh_s: int) -> None:
        self._secret = secret
        self._lives = {"access": access_s, "refresh": refresh_s}

    def pair(self, username: str) -> dict[str, str]:
        """An access and a refresh token for a user."""
        now = int(time())
        return {
            use: jwt.encode({"sub": username, "use": use, "iat": now, "exp": now + life}, self._secret, ALGORITHM)
            for use, life in self._lives.items()
        }

    def username(self, token: str) -> str | None:
        """Whom an access token speaks for, or None where it is forged, out of date or of another use."""
        try:
            claims = jwt.decode(token, self._secret, algorithms=[ALGORITHM], options={"require": ["exp", "iat", "sub"]})
        except jwt.InvalidTokenError:
            return None
        return str(claims["sub"]) if claims.get("use") == "access" else None
