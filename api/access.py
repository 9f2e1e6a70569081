"""Who may call, and how often."""

import hmac
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from core.hosts import speaks_from_here
from core.rate_limit import RateLimit
from core.settings import settings

_BEARER = HTTPBearer(
    auto_error=False, description="One of `MIEN_API_TOKENS`; none is needed on this machine."
)


_LIMIT, _WRONG = RateLimit(), RateLimit()
WRONG_TOKENS_A_MINUTE: Final = 20

Token = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


async def documented(token: Token) -> None:
    """What the document says of access; `let_in` decides it, before a body is read."""


async def let_in(request: Request) -> None:
    """Let a call in, or say why not.

    Without tokens in the settings only this machine may call; with some, whoever holds one.

    Raises:
        HTTPException: 401 without the right to call, 429 where it is too often.
    """
    tokens = [token.get_secret_value() for token in settings().api_tokens]
    host = request.client.host if request.client else ""
    name = host
    if tokens:
        sent = await _BEARER(request)
        given = sent.credentials if sent else ""
        matches = [hmac.compare_digest(given.encode(), token.encode()) for token in tokens]
        if not any(matches):
            _take(_WRONG, host, WRONG_TOKENS_A_MINUTE / 60, WRONG_TOKENS_A_MINUTE)
            raise HTTPException(
                401, "Send one of the server's tokens as a bearer.", {"WWW-Authenticate": "Bearer"}
            )
        name = f"token {matches.index(True)}"
    elif not speaks_from_here(host, request.headers):
        raise HTTPException(401, "From other machines a token is needed: set MIEN_API_TOKENS on the server.")
    _take(_LIMIT, name, settings().api_calls_per_second, settings().api_burst)


def _take(limit: RateLimit, name: str, per_second: float, burst: int) -> None:
    if wait := limit.take(name, per_second, burst):
        raise HTTPException(429, "Too many calls: slow down.", {"Retry-After": str(int(wait) + 1)})
