"""The endpoints."""

import logging
import time
from asyncio import get_running_loop
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Annotated, Final

from fastapi import Depends, FastAPI, File, Form, Query, Response, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import StringConstraints
from pydantic.json_schema import SkipJsonSchema

from api import metrics, models, problems
from api.access import documented
from api.engagements import begin, drop, finish, look, result
from api.gate import Gate
from api.kinds import Kind, RefusedError
from api.serving import load_serving
from api.whose import Point
from core.bundles import bundle_names, find_bundle
from core.bundles.limits import limits_told
from core.bundles.store import champion_name
from core.classifier import Classifier, load_classifier
from core.engagement.store import reach_storage
from core.errors import BundleError, EngagementError, MienError
from core.images import MAX_BYTES
from core.readings import read_bytes
from core.reports import to_record
from core.settings import settings

MOST_PICTURES: Final = 64
NUMBER: Final = r"[0-9]{1,6}(\.[0-9]{1,20})?"
PointText = Annotated[str, StringConstraints(pattern=f"^{NUMBER},{NUMBER}$")]

Upload = Annotated[
    list[UploadFile],
    File(min_length=1, max_length=MOST_PICTURES, description=f"1 to {MOST_PICTURES} pictures"),
]
Unsaid = SkipJsonSchema[None]
"""What an address or a form leaves out: neither can carry a null."""

ModelName = Annotated[str | Unsaid, Query(description="the one that serves if left out", max_length=64)]


log = logging.getLogger(__name__)

ASKED_SECONDS: Final = 5
"""How long the database's answer is taken as still so: anybody may ask whether the server is ready."""

ASIDE: Final = ThreadPoolExecutor(1, "ready")
"""Whether the server is ready is found out here: all other threads may be busy with pictures."""


@lru_cache(maxsize=1)
def application() -> FastAPI:
    """The API."""
    app = FastAPI(
        title="Mien",
        version="1",
        description="Facial expressions in pictures, and over an engagement. An expression is what a face "
        "shows, not what a person feels. Not for people at work, in hiring or in education.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        root_path_in_servers=True,
        responses=problems.RESPONSES,
    )
    problems.install(app)
    app.add_middleware(Gate)
    metrics.install(app)
    _add_open(app)
    _add_reading(app)
    _add_engagements(app)
    return app


def _add_open(app: FastAPI) -> None:
    """What tells of the server itself."""

    @app.get("/health", tags=["server"])
    async def health() -> dict[str, str]:
        """Whether the server lives."""
        return {"status": "alive"}

    @app.get("/ready", tags=["server"])
    async def ready() -> dict[str, str]:
        """Whether a model can answer, and results can be kept."""
        return {"status": "ready", "model": await get_running_loop().run_in_executor(ASIDE, _who_answers)}

    for path, ask in (("/health", health), ("/ready", ready)):  # as some monitors ask
        app.add_api_route(path, ask, methods=["HEAD"], include_in_schema=False)

    @app.get("/metrics", tags=["server"], response_class=Response, dependencies=[Depends(documented)])
    async def figures() -> Response:
        """Calls, their times and answers, as Prometheus reads them; a token is asked for like elsewhere."""
        return metrics.exposition()

    @app.get("/docs", response_class=HTMLResponse, include_in_schema=False)
    def docs() -> str:
        from api.docs_page import docs_page

        return docs_page(app.openapi())


def _who_answers() -> str:
    """The model that serves; RefusedError where none can, or results cannot be kept."""
    model = load_serving().bundle.name
    if not _can_keep(settings().database_url, int(time.monotonic() // ASKED_SECONDS)):
        raise RefusedError(
            Kind.STORAGE_UNAVAILABLE, "Results cannot be kept now: the server's log tells why."
        )
    return model


@lru_cache(maxsize=1)
def _can_keep(_url: str | None, _period: int) -> bool:
    """Whether the database answers, asked once a period; why not is for the log alone."""
    try:
        reach_storage()
    except EngagementError as error:
        log.warning("%s", error)
        return False
    return True


def _add_reading(app: FastAPI) -> None:
    @app.post("/classify", tags=["pictures"], dependencies=[Depends(documented)])
    def classify(pictures: Upload, model: ModelName = None) -> list[models.Picture]:
        """Read every face in one or many pictures; one that cannot be read says so in its place."""
        classifier = load_serving() if model is None else load_classifier(model)
        return [models.Picture.model_validate(_read(picture, classifier)) for picture in pictures]

    @app.get("/models", tags=["models"], dependencies=[Depends(documented)])
    def list_models() -> list[models.Model]:
        """The models, the one that serves first; damaged ones are left out."""
        found = []
        for name in bundle_names():
            try:
                bundle = find_bundle(name)
            except BundleError:
                continue
            score = bundle.card.headline
            found.append(
                models.Model(
                    name=name,
                    title=bundle.card.title,
                    digest=bundle.digest,
                    serves=name == champion_name(),
                    labels=list(bundle.card.labels),
                    accuracy=score.accuracy if score else None,
                    measured_on=f"{score.data}: {score.how}" if score else None,
                    limits=list(limits_told(bundle.card)),
                )
            )
        return found


def _add_engagements(app: FastAPI) -> None:
    may = [Depends(documented)]

    @app.post("/engagements", tags=["engagements"], status_code=201, dependencies=may)
    def begin_engagement(new: models.NewEngagement) -> models.Begun:
        """Begin an engagement, with the consent that was given."""
        return begin(new)

    @app.post("/engagements/{id}/frames", tags=["engagements"], dependencies=may)
    def add_frame(
        id: str,
        picture: Annotated[UploadFile, File()],
        seconds: Annotated[
            float, Form(ge=0, le=models.MOST_SECONDS, description="since it began; late frames are welcome")
        ],
        face: Annotated[
            PointText | Unsaid,
            Form(
                description="a point within the customer's face, `x,y` in pixels of the upright picture; "
                "left out, a frame with several faces counts as a gap, since nobody else may be scored",
            ),
        ] = None,
    ) -> models.Look:
        """Read the customer's face in a frame. The frame is not kept; the same time twice counts once."""
        return look(id, _bytes(picture), seconds, Point.of(face) if face else None)

    @app.post("/engagements/{id}/finish", tags=["engagements"], dependencies=may)
    def finish_engagement(id: str, ending: models.Ending | None = None) -> models.Result:
        """End an engagement: exit emotion and index. Called again, it answers the same, whatever is said."""
        return finish(id, ending or models.Ending())

    @app.get("/engagements/{id}", tags=["engagements"], dependencies=may)
    def get_engagement(id: str) -> models.Result:
        """A finished engagement."""
        return result(id)

    @app.delete("/engagements/{id}", tags=["engagements"], status_code=204, dependencies=may)
    def delete_engagement(id: str) -> Response:
        """Delete an engagement, finished or not."""
        drop(id)
        return Response(status_code=204)


def _read(picture: UploadFile, classifier: Classifier) -> dict[str, object]:
    name = picture.filename or "picture"
    try:
        found = read_bytes(_bytes(picture), classifier)
        metrics.count_faces(*found.readings)
        return to_record(name, found, classifier.bundle.name)
    except MienError as error:
        return to_record(name, None, classifier.bundle.name, str(error))


def _bytes(picture: UploadFile) -> bytes:
    return picture.file.read(MAX_BYTES + 1)  # one more: the reader then says that it is too large
