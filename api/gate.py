"""What every call passes before its body is read: the right to call, and a limit on its size."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import let_in
from api.kinds import Kind, kind_of
from api.problems import problem
from core.images import MAX_BYTES

OPEN: Final = frozenset({"/health", "/ready", "/docs", "/openapi.json"})
"""Paths that say nothing of anybody."""

MOST_BYTES: Final = 4 * MAX_BYTES
"""Of one call."""

TOO_LARGE: Final = f"A call may carry {MOST_BYTES // 2**20} MB: send fewer pictures at once."

MOST_TEXT: Final = 2**20
"""Bytes of what is no form, as JSON: it is parsed where the pages are served, and would hold them up."""

TOO_LONG: Final = f"What is no form may have {MOST_TEXT // 2**20} MB: send less at once."


class Gate:
    """Wraps the API.

    A form is written to temporary files while it is read, so whoever may not call is sent off before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, or answer why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            if scope["path"].removeprefix(scope.get("root_path", "")) not in OPEN:
                await let_in(request)
            form = request.headers.get("Content-Type", "").lower().startswith("multipart/form-data")
            most, told = (MOST_BYTES, TOO_LARGE) if form else (MOST_TEXT, TOO_LONG)
            if int(request.headers.get("Content-Length") or 0) > most:
                raise HTTPException(413, told)
        except HTTPException as error:
            await problem(kind_of(error), error.detail, error.headers)(scope, receive, send)
            return
        except ValueError:
            await problem(Kind.BAD_REQUEST, "Content-Length is no number.")(scope, receive, send)
            return
        await self.app(scope, _limited(receive, most, told), send)


def _limited(receive: Receive, most: int, told: str) -> Receive:
    """The same body, ended by an error where it grows too large without having said so."""
    taken = 0

    async def take() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413, told)
        return message

    return take
