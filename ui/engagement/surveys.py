"""Surveys beside the index: a scatter, and a plain sentence."""

import csv
import io
from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go
import streamlit as st

from core.bundles import Interval
from core.engagement.store import Engagement
from core.engagement.survey_table import Surveys, read_surveys
from core.engagement.surveys import FEWEST, Expected, SurveyCheck, check_surveys, usual_limit
from core.errors import MienError
from core.reports import no_formula
from ui.charts import LINE, VALENCE, await_pandas
from ui.engagement.trend import comparable, tell_left_out
from ui.show_chart import show_chart
from ui.words import plain, signed

MOST_NAMED: Final = 5


def surveys_card(kept: Sequence[Engagement]) -> None:
    """Upload survey scores, and say whether the index says anything about them."""
    with st.expander("Check the index against surveys", icon=":material/fact_check:"):
        st.caption(
            "A csv with a column id (of the engagement) and a column score, CSAT or NPS, as Excel or a "
            "survey tool writes it. It is read in memory and not kept."
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
        try:
            surveys = read_surveys(file.getvalue())
            limit = st.number_input(
                "A customer is satisfied from this score on",
                value=usual_limit(surveys.scores),
                step=1.0,
                width=320,
                key=f"satisfied-{file.file_id}",
            )
            answered = [one for one in kept if one.report.index and one.id in surveys.scores]
            alike = comparable(answered)
            indices = {one.id: one.report.index.value for one in alike if one.report.index}
            found = check_surveys(indices, surveys.scores, limit)
        except MienError as error:
            st.error(str(error), icon=":material/error:")
            return
        for sentence in _left_out(surveys):
            st.warning(sentence, icon=":material/rule:")
        if len(answered) > len(alike):
            st.caption(tell_left_out(answered, alike, "check"))
        _result(found, indices, surveys)


def _result(found: SurveyCheck, indices: dict[str, float], surveys: Surveys) -> None:
    st.markdown(f"**{found.verdict}**")
    names = [name for name in indices if name in surveys.scores]
    chart = survey_chart([indices[name] for name in names], [surveys.scores[name] for name in names], found)
    show_chart(chart, alt="Survey score against index", key="scatter")
    st.markdown(
        f"- {found.n} engagements with both\n"
        f"- Rank correlation (Spearman): {_tell(found.correlation)}\n"
        f"- A satisfied customer ({found.satisfied_from:g} or more) has the higher index in "
        f"{_tell(found.auc, percent=True)} of pairs; chance is 50%"
    )
    if not found.calibration:
        st.caption(f"From {FEWEST} surveys on, what score an index lets expect is shown too.")
        return
    st.markdown(
        "**What score an index has meant so far**, with 95% intervals (isotonic regression, bootstrap)"
    )
    form = st.column_config.NumberColumn(format="%.1f")
    st.dataframe(
        [
            {"Index": one.index, "Survey score": one.score.value, "From": one.score.low, "To": one.score.high}
            for one in _rows(found)
        ],
        hide_index=True,
        column_config={
            "Index": st.column_config.NumberColumn(format="%.0f"),
            **dict.fromkeys(("Survey score", "From", "To"), form),
        },
        alt="Survey score to expect at an index",
    )


def _rows(found: SurveyCheck) -> Sequence[Expected]:
    """The tens, where there are several."""
    tens = [one for one in found.calibration if one.index % 10 == 0]
    return tens if len(tens) > 1 else found.calibration


def _left_out(surveys: Surveys) -> list[str]:
    """What of the table does not count, and why."""
    told = []
    if names := surveys.contradicted:
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        listed = ", ".join(plain(name) for name in names[:MOST_NAMED])
        told.append(f"Left out, since these ids stand there with several scores: {listed}{more}.")
    if surveys.without_number:
        rows = "1 row" if surveys.without_number == 1 else f"{surveys.without_number} rows"
        told.append(f"Left out: {rows} without a number as the score.")
    return told


def _to_fill_in(kept: Sequence[Engagement]) -> str:
    """A csv with what tells one engagement from another."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["id", "score", "when (UTC)", "name"])
    rows.writerows([one.id, "", f"{one.created:%Y-%m-%d %H:%M}", no_formula(one.name)] for one in kept)
    return table.getvalue()


def survey_chart(indices: Sequence[float], scores: Sequence[float], found: SurveyCheck) -> go.Figure:
    """Each engagement as a point; where there are enough, the score to expect and its band."""
    await_pandas()
    figure = go.Figure()
    if found.calibration:
        at = [one.index for one in found.calibration]
        figure.add_scatter(
            x=[*at, *reversed(at)],
            y=[one.score.high for one in found.calibration]
            + [one.score.low for one in reversed(found.calibration)],
            fill="toself",
            fillcolor="rgba(138, 143, 152, 0.25)",
            line={"width": 0},
            mode="lines",
            name="95% of resamples",
            hoverinfo="skip",
        )
        values = [one.score.value for one in found.calibration]
        figure.add_scatter(x=at, y=values, mode="lines", line={"color": LINE}, name="score to expect")
    figure.add_scatter(
        x=list(indices), y=list(scores), mode="markers", marker={"color": VALENCE}, name="engagements"
    )
    figure.update_layout(
        height=300,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        showlegend=bool(found.calibration),
        legend={"orientation": "h", "y": -0.25},
    )
    figure.update_xaxes(range=[0, 100], title="index", automargin=True)
    figure.update_yaxes(title="survey score", automargin=True)
    return figure


def _tell(interval: Interval | None, *, percent: bool = False) -> str:
    if interval is None:
        return "not to be said"
    told = "{:.0%}".format if percent else signed
    return f"{told(interval.value)} ({told(interval.low)} to {told(interval.high)})"
