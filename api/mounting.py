"""Where the API hangs, loaded by the first request: the pages must not wait for it."""

from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

PREFIX = "/api/v1"


def mount() -> Mount:
    """The route to hand to `st.App`."""
    return Mount(PREFIX, app=_answer)


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    from api.application import application  # FastAPI takes half a second to load

    await application()(scope, receive, send)
