"""Engagements that were kept: the trend, the list, and one of them."""

from collections.abc import Iterable, Sequence
from datetime import date

import streamlit as st

from core.engagement import make_report
from core.engagement.audit import read_notes
from core.engagement.closing import delete_all
from core.engagement.report import ExitEmotion
from core.engagement.store import Engagement, get_engagement
from core.errors import MienError
from core.settings import settings
from ui.engagement.downloads import downloads
from ui.engagement.report import report_card, settings_card
from ui.engagement.trend import trend_card
from ui.roles import analyst, require_analyst
from ui.words import plain

CONSENT_LENGTH = 2000
DOUBTFUL = "With “?” the last part was too short to say how sure that is."
DELETED = "engagement_deleted"
"""The name of the one that was deleted last."""


def list_card(kept: Sequence[Engagement]) -> str | None:
    """The trend and the table; returns the id of the one that was ticked."""
    shown = _filtered(kept)
    trend_card(shown)
    event = st.dataframe(
        [_row(one) for one in shown],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "When (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", timezone="UTC"),
            "Exit emotion": st.column_config.TextColumn(help=DOUBTFUL),
            "Index": st.column_config.ProgressColumn(format="%.0f", min_value=0, max_value=100),
            **{name: st.column_config.NumberColumn(format="%.0f") for name in ("From", "To", "Seconds")},
        },
        key=f"engagements-{hash(tuple(one.id for one in shown))}",  # a tick stays on its row's engagement
        placeholder="",
        alt="Engagements, the newest first",
    )
    st.caption(f"Results are deleted by themselves after {settings().retention_days} days.")
    rows = event["selection"]["rows"]
    return shown[rows[0]].id if rows and rows[0] < len(shown) else None


def _filtered(kept: Sequence[Engagement]) -> list[Engagement]:
    """Offer what tells engagements apart; never who served the customer."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        channel = _one_of("Channel", (one.channel for one in kept))
        model = _one_of("Model", (one.model for one in kept))
        source = _one_of("Source", (one.source for one in kept))
        since = st.date_input("Since (UTC)", None, key="since", width=150)
        until = st.date_input("Until (UTC)", None, key="until", width=150)
    return [
        one
        for one in kept
        if channel in {None, one.channel}
        and model in {None, one.model}
        and source in {None, one.source}
        and (since or date.min) <= one.created.date() <= (until or date.max)
    ]


def _one_of(label: str, values: Iterable[str]) -> str | None:
    known = sorted({value for value in values if value})
    if len(known) < 2:
        return None
    return st.selectbox(label, known, index=None, placeholder="All", key=f"only-{label}", width=180)


def kept_card(name: str) -> None:
    """One kept engagement; other settings may be tried on it, and nothing of that is kept."""
    try:
        one = get_engagement(name)
    except MienError as error:
        st.error(str(error), icon=":material/search_off:")
        return
    about = f"{one.source}, {one.created:%d %b %Y %H:%M} UTC, read by {one.model} ({one.digest})"
    st.subheader(plain(one.name), anchor=False)
    st.caption(f"{plain(about, 200)} · {name}")
    chosen = settings_card(one.report.settings, f"-{name}")
    as_kept = chosen == one.report.settings
    known = one.report
    report = known if as_kept else make_report(one.moments, chosen, known.seconds, known.incomplete)
    if not as_kept:
        st.info("With other settings than it was kept with.", icon=":material/tune:")
    report_card(one.moments, report)
    downloads(one.name, one.moments, report, about)
    with st.expander("Consent", icon=":material/handshake:"):
        st.markdown(plain(one.consent, CONSENT_LENGTH))
    if analyst() is not None and st.button("Delete …", icon=":material/delete:", key="delete_engagement"):
        confirm_delete(name, one.name)


@st.dialog("Delete this engagement?")
def confirm_delete(name: str, called: str) -> None:
    """Delete one once that is confirmed."""
    st.markdown(f"**{plain(called)}** is deleted for good: readings, report and consent.")
    if st.button("Delete", type="primary", key="confirm_delete_engagement"):
        try:
            delete_all(name, require_analyst())
        except MienError as error:
            st.error(str(error), icon=":material/error:")
            return
        st.session_state[DELETED] = called
        st.rerun()


def log_card() -> None:
    """Who kept and deleted what, for analysts."""
    notes = read_notes() if analyst() is not None else []
    if notes:
        with st.expander("Log", icon=":material/history:"):
            st.dataframe(notes, hide_index=True, alt="Who kept and deleted which engagement")


def _ending(found: ExitEmotion | None) -> str:
    """In one cell, with a mark of doubt that the column explains."""
    if found is None:
        return "not enough seen"
    return f"{found.label.capitalize()}{'' if found.is_long else ' ?'}"


def _row(one: Engagement) -> dict[str, object]:
    report = one.report
    return {
        "When (UTC)": one.created,
        "Exit emotion": _ending(report.exit_emotion),
        "Index": report.index.value if report.index else None,
        "Name": one.name,
        "Channel": one.channel,
        "From": report.index.low if report.index else None,
        "To": report.index.high if report.index else None,
        "Seconds": report.seconds,
        "Source": one.source,
        "Model": one.model,
        "Id": one.id,
    }
