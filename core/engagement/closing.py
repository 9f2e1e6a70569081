"""The end of an engagement whose readings lie in a journal."""

from core.engagement.audit import note
from core.engagement.journal import ENDED, EndedError, Journal
from core.engagement.report import make_report
from core.engagement.report_settings import ReportSettings
from core.engagement.store import Engagement, keep_engagement

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
