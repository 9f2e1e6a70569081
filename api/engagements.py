"""Engagements that a customer-service application reports frame by frame."""

from contextlib import suppress

from fastapi import HTTPException

from api import metrics, models
from core.classifier import load_classifier
from core.engagement import Moment
from core.engagement.closing import close_journal
from core.engagement.journal import EndedError, Journal, Opening, find_journal
from core.engagement.store import UnknownEngagementError, delete_engagement, get_engagement
from core.readings import read_bytes
from core.reports import to_record


def begin(new: models.NewEngagement) -> models.Begun:
    """Open a journal."""
    bundle = load_classifier().bundle
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


def look(name: str, data: bytes, seconds: float) -> models.Look:
    """Read one frame; PictureError where it is none."""
    journal = _journal(name)
    found = read_bytes(data, load_classifier(journal.opening.model))
    reading = found.readings[0]
    metrics.count_faces(reading)
    record = to_record("", found, found.model)["faces"][0]
    is_new = journal.add(Moment.of(reading, seconds))
    face = models.Face.model_validate(record) if reading.box is not None else None
    return models.Look(seconds=seconds, known=not is_new, face=face)


def finish(name: str) -> models.Result:
    """Judge, keep and close; again, the same answer."""
    if journal := find_journal(name):
        with suppress(EndedError):  # by another call at the same moment
            close_journal(journal, journal.opening.name)
    return result(name)


def result(name: str) -> models.Result:
    """A finished engagement."""
    try:
        kept = get_engagement(name)
    except UnknownEngagementError as error:
        if find_journal(name) is not None:
            raise HTTPException(409, "The engagement goes on: finish it first.") from None
        raise HTTPException(404, str(error)) from None
    values = {field: getattr(kept, field) for field in models.Result.model_fields if field != "report"}
    return models.Result(**values, report=kept.report.model_dump(mode="json"))


def drop(name: str) -> None:
    """Delete whatever there is of it."""
    if journal := find_journal(name):
        journal.delete()
    delete_engagement(name, "API")


def _journal(name: str) -> Journal:
    journal = find_journal(name)
    if journal is None:
        raise HTTPException(404, f"There is no engagement {name!r} going on: begin one first.")
    return journal
