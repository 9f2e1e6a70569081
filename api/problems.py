"""Errors as RFC 9457 problem details: one sentence each, in `detail`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from core.engagement.journal import EndedError, JournalError
from core.engagement.store import EngagementError, UnknownEngagementError
from core.errors import BundleError, MienError, PictureError

MEDIA_TYPE = "application/problem+json"
STATUS: Mapping[type[MienError], int] = {
    PictureError: 422,
    BundleError: 404,
    EndedError: 409,
    JournalError: 503,
    UnknownEngagementError: 404,
    EngagementError: 503,
}
UNFORESEEN = "Something went wrong here: the server's log has details."
SENTENCES: Mapping[int, str] = {
    404: "There is nothing at this address: /api/v1/docs names all there is.",
    405: "This address is not asked like that: /api/v1/docs says how.",
}


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """One problem document."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body, status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every failure leave as a problem document."""

    @app.exception_handler(MienError)
    def _mien(request: Request, error: MienError) -> JSONResponse:
        return problem(STATUS.get(type(error), 400), str(error))

    @app.exception_handler(Exception)
    def _unforeseen(request: Request, error: Exception) -> JSONResponse:
        return problem(500, UNFORESEEN)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(sorted(_methods(app, request)))
        said = SENTENCES.get(error.status_code, "") if error.detail == _phrase(error) else ""
        return problem(error.status_code, said or str(error.detail), headers)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
        return problem(422, f"{where}: {first['msg'].lower()}.")


def _phrase(error: HTTPException) -> str:
    return HTTPStatus(error.status_code).phrase


def _methods(app: FastAPI, request: Request) -> set[str]:
    """All that can be asked of a path: each of its methods is a route of its own, and names only itself."""
    routes = [route for route in app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in routes for method in getattr(route, "methods", None) or ()}


PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "always `about:blank`: the status says it all"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "one sentence that says what to do"},
    },
}

RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": PROBLEM}}}
    for status in (400, 401, 404, 409, 413, 422, 429, 500, 503)
}
"""What every endpoint may answer besides, for the OpenAPI document."""
