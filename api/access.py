"""Who may call, and how often."""

import hmac
import threading
import time
from collections import OrderedDict
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from core.hosts import speaks_from_here
from core.settings import settings

CALLERS: Final = 10_000
"""Callers whose rate is remembered."""

_BEARER = HTTPBearer(
    auto_error=False, description="One of `MIEN_API_TOKENS`; none is needed on this machine."
)


class RateLimit:
    """A bucket of calls for each caller that fills again with time."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str, per_second: float, burst: int) -> float:
        """Take one call; seconds to wait where none is left, else 0."""
        now = time.monotonic()
        with self._lock:
            left, since = self._buckets.pop(caller, (float(burst), now))
            left = min(float(burst), left + (now - since) * per_second)
            allowed = left >= 1
            self._buckets[caller] = (left - 1 if allowed else left, now)
            while len(self._buckets) > CALLERS:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / per_second


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
