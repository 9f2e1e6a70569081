"""Errors as RFC 9457 problem details: a `type` to tell them apart, and one sentence each in `detail`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.kinds import Kind, kind_of, of_status
from core.engagement.journal import EndedError, JournalError
from core.engagement.store import UnknownEngagementError
from core.errors import BundleError, EngagementError, MienError, PictureError

MEDIA_TYPE: Final = "application/problem+json"
KINDS: Mapping[type[MienError], Kind] = {
    PictureError: Kind.NOT_A_PICTURE,
    BundleError: Kind.UNKNOWN_MODEL,
    EndedError: Kind.ENGAGEMENT_ENDED,
    JournalError: Kind.RECORDING_FAILED,
    UnknownEngagementError: Kind.UNKNOWN_ENGAGEMENT,
    EngagementError: Kind.STORAGE_UNAVAILABLE,
}
UNFORESEEN: Final = "Something went wrong here: the server's log has details."
SENTENCES: Mapping[int, str] = {
    404: "There is nothing at this address: /api/v1/docs names all there is.",
    405: "This address is not asked like that: /api/v1/docs says how.",
}

REMEDIES: Mapping[str, str] = {
    "string_pattern_mismatch": "it is not written as /api/v1/docs shows, or holds what is no text",
    "model_attributes_type": "send a JSON object, with the header Content-Type: application/json",
    "dict_type": "send a JSON object, with the header Content-Type: application/json",
}
"""What to do, by the type of what pydantic found."""


def problem(kind: Kind, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """One problem document."""
    body = {"type": kind.uri, "title": kind.title, "status": kind.status, "detail": detail}
    return JSONResponse(body, kind.status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every failure leave as a problem document."""

    @app.exception_handler(MienError)
    async def _mien(request: Request, error: MienError) -> JSONResponse:
        return problem(KINDS.get(type(error), Kind.BAD_REQUEST), str(error))

    @app.exception_handler(Exception)
    async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
        return problem(Kind.UNFORESEEN, UNFORESEEN)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(sorted(_methods(app, request)))
        said = SENTENCES.get(error.status_code, "") if error.detail == _phrase(error) else ""
        return problem(kind_of(error), said or str(error.detail), headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(Kind.INVALID, _told(error.errors()[0]))


def _told(error: Mapping[str, Any]) -> str:
    """What FastAPI found wrong with a call, as a sentence without its own words for it."""
    if error["type"] == "json_invalid":
        return "The body is no JSON: send an object as /api/v1/docs shows."
    named = [part for part in error["loc"][1:] if isinstance(part, str) and part.isidentifier()]
    where = ".".join(named) or "the request"
    said = REMEDIES.get(error["type"]) or error["msg"].removeprefix("Value error, ").lower()
    if "uploadfile" in said:
        said = "send a file, with curl as -F name=@photo.jpg"
    return f"{where}: {said}."


def _phrase(error: HTTPException) -> str:
    return HTTPStatus(error.status_code).phrase


def _methods(app: FastAPI, request: Request) -> set[str]:
    """All that can be asked of a path: each of its methods is a route of its own, and names only itself."""
    routes = [route for route in app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in routes for method in getattr(route, "methods", None) or ()}


def _schema(status: int) -> dict[str, Any]:
    """What a problem of one status holds."""
    kinds = of_status(status)
    told = "; ".join(f"`{kind.uri}`: {kind.title.rstrip('.')}" for kind in kinds)
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {
                "type": "string",
                "format": "uri-reference",
                "enum": [kind.uri for kind in kinds],
                "description": told,
            },
            "title": {"type": "string", "description": "what the type means"},
            "status": {"type": "integer", "const": status},
            "detail": {"type": "string", "description": "one sentence that says what to do"},
        },
    }


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": _schema(status)}}}
    for status in (400, 401, 404, 409, 413, 422, 429, 500, 503)
}
"""What every endpoint may answer besides, for the OpenAPI document."""
