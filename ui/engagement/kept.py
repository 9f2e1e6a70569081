"""Engagements that were kept: the trend, the list, and one of them."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import mean

import streamlit as st

from core.engagement.store import Engagement, delete_engagement, get_engagement
from core.errors import MienError
from core.settings import settings
from ui.engagement.charts import trend_chart
from ui.engagement.report import downloads, report_card
from ui.roles import analyst, require_analyst


def list_card(kept: Sequence[Engagement]) -> str | None:
    """The trend and the table; returns the id of the one that was ticked."""
    channels = sorted({one.channel for one in kept if one.channel})
    channel = (
        st.selectbox("Channel", channels, index=None, placeholder="All", key="channel") if channels else None
    )
    shown = [one for one in kept if channel is None or one.channel == channel]
    days: dict[str, list[float]] = defaultdict(list)
    for one in reversed(shown):
        if one.report.index:
            days[f"{one.created:%Y-%m-%d}"].append(one.report.index.value)
    if len(days) > 1:
        means = {day: (mean(values), len(values)) for day, values in days.items()}
        st.plotly_chart(
            trend_chart(means), config={"displayModeBar": False}, alt="Mean index a day", key="trend"
        )
    event = st.dataframe(
        [_row(one) for one in shown],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "When": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
            "Index": st.column_config.ProgressColumn(format="%.0f", min_value=0, max_value=100),
        },
        key="engagements",
        alt="Engagements, the newest first",
    )
    st.caption(f"Results are deleted by themselves after {settings().retention_days} days.")
    rows = event["selection"]["rows"]
    return shown[rows[0]].id if rows and rows[0] < len(shown) else None


def kept_card(name: str) -> None:
    """One kept engagement."""
    try:
        one = get_engagement(name)
    except MienError as error:
        st.error(str(error), icon=":material/search_off:")
        return
    st.subheader(one.name, anchor=False)
    st.caption(f"{one.source}, {one.created:%d %b %Y %H:%M} UTC, read by {one.model} ({one.digest})")
    report_card(one.moments, one.report)
    downloads(one.name, one.moments, one.report)
    with st.expander("Consent", icon=":material/handshake:"):
        st.markdown(one.consent)
    if analyst() is not None:
        st.button("Delete", icon=":material/delete:", key="delete_engagement", on_click=_delete, args=(name,))
    if refused := st.session_state.pop("engagement_error", None):
        st.error(refused, icon=":material/error:")


def _delete(name: str) -> None:
    try:
        require_analyst()
        delete_engagement(name)
    except MienError as error:
        st.session_state["engagement_error"] = str(error)


def _row(one: Engagement) -> dict[str, object]:
    report = one.report
    return {
        "When": one.created,
        "Name": one.name,
        "Channel": one.channel,
        "Exit emotion": report.exit_emotion.label.capitalize() if report.exit_emotion else "not enough seen",
        "Index": report.index.value if report.index else None,
        "From": report.index.low if report.index else None,
        "To": report.index.high if report.index else None,
        "Seconds": report.seconds,
        "Model": one.model,
    }
