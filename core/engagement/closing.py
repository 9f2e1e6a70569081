"""The end of an engagement whose readings lie in a journal."""

from core.engagement.audit import note
from core.engagement.journal import ENDED, EndedError, Journal, find_journal
from core.engagement.report import make_report
from core.engagement.report_settings import ReportSettings
from core.engagement.store import (
    Engagement,
    UnknownEngagementError,
    delete_engagement,
    get_engagement,
    keep_engagement,
)

SOURCES = {"live": "Live", "api": "API"}
CUT_OFF = "Nobody finished the engagement: it was cut off, and its last part may not be its end."


def close_journal(
    journal: Journal,
    name: str,
    by: str,
    incomplete: str | None = None,
    end: float | None = None,
    settings: ReportSettings | None = None,
) -> Engagement:
    """Judge the readings, keep the result, and only then delete the journal; nothing is added meanwhile.

    Where a kill left the journal of what was kept already, that stays as it is.

    Args:
        by: whose wish it is, for the log.
        incomplete: what was not recorded, as a sentence for the report.
        end: when it ended, seconds since it began; the last reading's time where nobody knows.
        settings: how it is judged; as usual where they are left out.

    Raises:
        EndedError: somebody else ended it.
        EngagementError: the result cannot be kept; the journal stays.
    """
    opening = journal.opening
    with journal.held() as there:
        if not there:
            raise EndedError(ENDED)
        if (kept := _kept(opening.id)) is not None:
            journal.delete()
            return kept
        moments = journal.moments()
        engagement = Engagement(
            id=opening.id,
            created=opening.begun,
            name=name or opening.name or f"{SOURCES[opening.source]}, {opening.begun:%d %b %H:%M} UTC",
            channel=opening.channel,
            source=opening.source,
            model=opening.model,
            digest=opening.digest,
            consent=opening.consent,
            report=make_report(moments, settings, end, incomplete),
            moments=tuple(moments),
        )
        keep_engagement(engagement, by)
        journal.delete()
    return engagement


def _kept(name: str) -> Engagement | None:
    try:
        return get_engagement(name)
    except UnknownEngagementError:
        return None


def delete_all(name: str, by: str) -> None:
    """Delete whatever there is of an engagement: its result, and readings that a kill left.

    Args:
        by: whose wish it is, for the log.

    Raises:
        UnknownEngagementError: there can be none of that id.
        EngagementError: the result cannot be deleted.
        JournalError: the readings cannot be deleted.
    """
    if journal := find_journal(name):
        discard_journal(journal, by)
    delete_engagement(name, by)


def discard_journal(journal: Journal, by: str) -> None:
    """Forget what was read; nothing where somebody else ended it.

    Args:
        by: whose wish it is, for the log.

    Raises:
        JournalError: the file cannot be deleted.
    """
    with journal.held() as there:
        journal.delete()
    if there:
        note("deleted", journal.opening.id, by)
