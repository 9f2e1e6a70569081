"""Surveys beside the index: a scatter, and a plain sentence."""

import csv
import io
from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from core.bundles import Interval
from core.engagement.store import Engagement
from core.engagement.surveys import check_surveys, read_surveys
from core.errors import MienError
from ui.charts import VALENCE, await_pandas


def surveys_card(kept: Sequence[Engagement]) -> None:
    """Upload survey scores, and say whether the index says anything about them."""
    with st.expander("Check the index against surveys", icon=":material/fact_check:"):
        st.caption(
            "A csv with the columns id (of the engagement) and score (CSAT up to 5, or NPS up to 10). It is "
            "read in memory and not kept."
        )
        file = st.file_uploader("Survey scores", type="csv", key="surveys", label_visibility="collapsed")
        if file is None:
            st.download_button(
                "A table to fill in",
                _to_fill_in(kept),
                "surveys.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
            )
            return
        indices = {one.id: one.report.index.value for one in kept if one.report.index}
        try:
            scores = read_surveys(file.getvalue())
            found = check_surveys(indices, scores)
        except MienError as error:
            st.error(str(error), icon=":material/error:")
            return
        st.markdown(f"**{found.verdict}**")
        names = [name for name in indices if name in scores]
        chart = _scatter([indices[name] for name in names], [scores[name] for name in names])
        st.plotly_chart(
            chart, config={"displayModeBar": False}, alt="Survey score against index", key="scatter"
        )
        st.markdown(
            f"- {found.n} engagements with both\n"
            f"- Rank correlation (Spearman): {_tell(found.correlation)}\n"
            f"- A satisfied customer ({found.satisfied_from:.0f} or more) has the higher index in "
            f"{_tell(found.auc, percent=True)} of pairs; chance is 50%"
        )
        if found.expected:
            st.markdown("**What an index has meant so far**, by thirds of these engagements")
            st.dataframe(
                [{"Mean index": index, "Mean survey score": score} for index, score in found.expected],
                hide_index=True,
                column_config={
                    "Mean index": st.column_config.NumberColumn(format="%.0f"),
                    "Mean survey score": st.column_config.NumberColumn(format="%.2f"),
                },
                alt="Mean survey score by thirds of the index",
            )


def _to_fill_in(kept: Sequence[Engagement]) -> str:
    """A csv with what tells one engagement from another."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["id", "score", "when", "name"])
    rows.writerows([one.id, "", f"{one.created:%Y-%m-%d %H:%M}", one.name] for one in kept)
    return table.getvalue()


def _scatter(indices: Sequence[float], scores: Sequence[float]) -> go.Figure:
    await_pandas()
    figure = go.Figure(go.Scatter(x=list(indices), y=list(scores), mode="markers", marker={"color": VALENCE}))
    figure.update_layout(height=280, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    figure.update_xaxes(range=[0, 100], title="index")
    figure.update_yaxes(title="survey score")
    return figure


def _tell(interval: Interval | None, *, percent: bool = False) -> str:
    if interval is None:
        return "not to be said"
    form = "{:.0%}" if percent else "{:.2f}"
    return f"{form.format(interval.value)} ({form.format(interval.low)} to {form.format(interval.high)})"
