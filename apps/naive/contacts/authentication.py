"""Bearer tokens."""

from rest_framework_simplejwt.authentication import JWTAuthentication


class BearerAuthentication(JWTAuthentication):
    """JWTAuthentication that takes the word Bearer in any case, as HTTP has it."""

    def get_raw_token(self, header: bytes) -> bytes | None:
        """Return the token of a header, or None where it is none for us."""
        scheme, _, rest = header.partition(b" ")
        token: bytes | None = super().get_raw_token(b"Bearer " + rest) if scheme.lower() == b"bearer" else None
        # Some libraries take padding at a token's end, which it never has, and some do not.
        return None if token is None or b"=" in token else token
