"""The end of an engagement whose readings lie in a journal."""

from core.engagement.journal import Journal
from core.engagement.report import make_report
from core.engagement.store import Engagement, keep_engagement


def close_journal(journal: Journal, source: str, name: str) -> Engagement:
    """Judge the readings, keep the result, and only then delete the journal.

    Raises:
        EngagementError: the result cannot be kept; the journal stays.
    """
    opening = journal.opening
    moments = sorted(journal.moments(), key=lambda moment: moment.seconds)
    engagement = Engagement(
        id=opening.id,
        created=opening.begun,
        name=name,
        channel=opening.channel,
        source=source,
        model=opening.model,
        digest=opening.digest,
        consent=opening.consent,
        report=make_report(moments),
        moments=tuple(moments),
    )
    keep_engagement(engagement)
    journal.delete()
    return engagement
