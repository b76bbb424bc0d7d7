"""Who asks: a bearer token of the embedded issuer, or 401."""

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from pipeline.tokens import Identity, InvalidToken, read_token
from serving.problems import Refusal

_REALM: Final = 'Bearer realm="retention"'
_BEARER: Final = HTTPBearer(auto_error=False, description="A token of `retention token --role ROLE [--person ID]`.")


async def authenticated(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Identity:
    """Whom the request's token speaks for. Raises a 401 that says how to ask, not what was wrong with whom."""
    if credentials is None:
        detail = "Send a bearer token in the Authorization header. `retention token` makes one."
        raise Refusal(401, "unauthenticated", detail, {"WWW-Authenticate": _REALM})
    try:
        return read_token(credentials.credentials, request.app.state.public_key)
    except InvalidToken as reason:
        detail = f"This token is not accepted: {reason}. `retention token` makes a new one."
        raise Refusal(401, "invalid-token", detail, {"WWW-Authenticate": f'{_REALM}, error="invalid_token"'}) from None


Asker = Annotated[Identity, Depends(authenticated)]
"""Who asks, proven by a token."""
