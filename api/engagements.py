"""Engagements that a customer-service application reports frame by frame."""

from contextlib import suppress

from api import metrics, models
from api.kinds import Kind, RefusedError
from api.serving import load_serving
from api.whose import Point, find_customer
from core.classifier import Classifier, load_classifier
from core.engagement import Moment
from core.engagement.closing import close_journal, delete_all
from core.engagement.journal import EndedError, Journal, Opening, find_journal
from core.engagement.store import UnknownEngagementError, get_engagement
from core.errors import BundleError
from core.readings import read_bytes
from core.reports import to_record

BY = "API"
"""Who keeps and deletes here, as the log says it: an application has no name."""


def begin(new: models.NewEngagement) -> models.Begun:
    """Open a journal."""
    bundle = load_serving().bundle
    opening = Opening(
        consent=new.consent,
        model=bundle.name,
        digest=bundle.digest,
        name=new.name,
        channel=new.channel,
        source="api",
    )
    Journal.begin(opening)
    return models.Begun(id=opening.id, begun=opening.begun, model=opening.model)


def look(name: str, data: bytes, seconds: float, point: Point | None = None) -> models.Look:
    """Read the customer's face in one frame, and nobody else's; PictureError where it is no picture."""
    journal = _journal(name)
    found = read_bytes(data, _classifier(journal.opening))
    place = find_customer(found.readings, point)
    boxes = [reading.box for reading in found.readings if reading.box is not None]
    if isinstance(place, str):
        is_new = journal.add(Moment(seconds=seconds, gap=place))
        return models.Look(seconds=seconds, known=not is_new, face=None, gap=place, boxes=boxes)
    reading = found.readings[place]
    metrics.count_faces(reading)
    moment = Moment.of(reading, seconds)
    is_new = journal.add(moment)
    record = to_record("", found, found.model)["faces"][place]
    face = models.Face.model_validate(record) if reading.box is not None else None
    return models.Look(seconds=seconds, known=not is_new, face=face, gap=moment.gap, boxes=boxes)


def finish(name: str, ending: models.Ending) -> models.Result:
    """Judge, keep and close; again, the same answer."""
    if journal := find_journal(name):
        with suppress(EndedError):  # by another call at the same moment
            settings = ending.settings.settings()
            close_journal(journal, journal.opening.name, BY, end=ending.seconds, settings=settings)
    return result(name)


def result(name: str) -> models.Result:
    """A finished engagement."""
    try:
        kept = get_engagement(name)
    except UnknownEngagementError:
        if find_journal(name) is None:
            raise
        told = "The engagement goes on: finish it first."
        raise RefusedError(Kind.ENGAGEMENT_GOES_ON, told) from None
    return models.Result(**{field: getattr(kept, field) for field in models.Result.model_fields})


def drop(name: str) -> None:
    """Delete whatever there is of it."""
    delete_all(name, BY)


def _journal(name: str) -> Journal:
    journal = find_journal(name)
    if journal is None:
        told = f"There is no engagement {name!r} going on: begin one first."
        raise RefusedError(Kind.UNKNOWN_ENGAGEMENT, told)
    return journal


def _classifier(opening: Opening) -> Classifier:
    """The very model that it began with: a result must not be mixed of two."""
    told = f"The model {opening.model} was replaced meanwhile: finish this engagement and begin another one."
    try:
        classifier = load_classifier(opening.model)
    except BundleError:
        raise RefusedError(Kind.MODEL_REPLACED, told) from None
    if classifier.bundle.digest != opening.digest:
        raise RefusedError(Kind.MODEL_REPLACED, told)
    return classifier
