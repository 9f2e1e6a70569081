"""The API beside the pages, loaded by the first request: the pages must not wait for it."""

import re

from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from api.address import PREFIX


def mount() -> Mount:
    """The route to hand to `st.App`."""
    route = Mount(PREFIX, app=_answer)
    route.path_regex = re.compile(route.path_regex.pattern, re.DOTALL)  # a line break is asked for here too
    return route


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    from api.application import application  # FastAPI takes half a second to load

    await application()(scope, receive, send)
