"""Who signs tokens, as the switch `jwt` names it: one of two libraries."""

from collections.abc import Callable

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from peers.core.python.tokens import ALGORITHM, Claims, PyjwtSigner, Signer


class JoserfcSigner:
    """Tokens by joserfc."""

    def __init__(self, secret: str) -> None:
        self._key = OctKey.import_key(secret)
        needed: jwt.ClaimsOption = {"essential": True}
        self._rules = jwt.JWTClaimsRegistry(exp=needed, iat=needed, sub=needed)

    def sign(self, claims: Claims) -> str:
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, [ALGORITHM])

    def read(self, token: str) -> Claims | None:
        try:
            claims = jwt.decode(token, self._key, [ALGORITHM]).claims
            self._rules.validate(claims)
        except (JoseError, TypeError, ValueError):
            # The last two come from headers that are JSON but no header.
            return None
        return claims


SIGNERS: dict[str, Callable[[str], Signer]] = {"pyjwt": PyjwtSigner, "joserfc": JoserfcSigner}
