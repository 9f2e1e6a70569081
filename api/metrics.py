"""Figures for whoever watches the server, in the text form that Prometheus reads. They name nobody."""

import time
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from core.readings import Reading

REGISTRY = CollectorRegistry()

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_CALLS = Counter("mien_api_calls", "Calls answered.", ["method", "path", "status"], registry=REGISTRY)
_SECONDS = Histogram(
    "mien_api_seconds",
    "Time from a call to its answer.",
    ["method", "path"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_FACES = Counter(
    "mien_faces",
    "Faces looked at, by expression, or `none` without an answer.",
    ["answer"],
    registry=REGISTRY,
)


def install(app: FastAPI) -> None:
    """Count every call."""

    @app.middleware("http")
    async def _count(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        start = time.perf_counter()
        status = 500  # unless something answers
        try:
            answer = await call_next(request)
            status = answer.status_code
        finally:
            route = request.scope.get("route")
            path = getattr(route, "path", "unknown")  # never what was asked for: it may name an engagement
            method = request.method if request.method in _METHODS else "other"  # each one takes memory
            _CALLS.labels(method, path, status).inc()
            _SECONDS.labels(method, path).observe(time.perf_counter() - start)
        return answer


def count_faces(*readings: Reading) -> None:
    """Count what faces were said to show."""
    for reading in readings:
        if reading.box is not None:
            _FACES.labels(reading.label or "none").inc()


def exposition() -> Response:
    """All figures."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
