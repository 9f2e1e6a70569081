"""One engagement as a person reads it: how it ended, how sure that is, and the course."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.engagement import Moment, Report, ReportSettings
from core.engagement.report import Method, index_formula
from core.engagement.tables import moments_csv
from core.expressions import EXPRESSIONS
from core.valence import WEIGHTS, formula
from ui.engagement.charts import course_chart, describe_course, valence_chart
from ui.palette import display_name

PLAIN = {"displayModeBar": False}


def settings_card() -> ReportSettings:
    """What the report rests on, adjustable."""
    with st.expander("How it is computed", icon=":material/function:"):
        method: Method = st.radio(
            "Index",
            ["peak-end", "end-weighted"],
            captions=[index_formula(ReportSettings(method=m)) for m in ("peak-end", "end-weighted")],
            key="method",
        )
        last = st.slider("Last part, seconds", 2.0, 60.0, 10.0, 1.0, key="exit_seconds")
        rest = st.slider("Rest at the start to subtract, seconds", 0.0, 20.0, 0.0, 1.0, key="baseline")
        st.markdown("valence = Σ probability · weight")
        columns = st.columns(4)
        weights = {
            expression: columns[number % 4].number_input(
                display_name(expression), -1.0, 1.0, WEIGHTS[expression], 0.1, key=f"weight-{expression}"
            )
            for number, expression in enumerate(EXPRESSIONS)
        }
        st.caption(
            f"Now: {formula(weights)}. The weights are a convention: no formula that leads from expressions "
            "to satisfaction has been validated. Check it against your own surveys before you rely on it."
        )
    return ReportSettings(method=method, exit_seconds=last, baseline_seconds=rest, weights=weights)


def report_card(moments: Sequence[Moment], report: Report) -> None:
    """The answer first, then the course."""
    _answer(report)
    st.plotly_chart(course_chart(moments, report), config=PLAIN, alt=describe_course(report), key="course")
    st.plotly_chart(
        valence_chart(moments, report), config=PLAIN, alt="Expressed valence over time", key="valence"
    )
    _facts(report)


def _answer(report: Report) -> None:
    ending, index = st.columns(2, gap="large")
    exit_emotion = report.exit_emotion
    with ending:
        st.caption("Exit emotion: what the face showed at the end")
        if exit_emotion is None:
            st.title("Not enough seen", anchor=False)
        else:
            st.title(display_name(exit_emotion.label), anchor=False)
            share = exit_emotion.share
            doubt = (
                ""
                if exit_emotion.clear or exit_emotion.runner_up is None
                else (f" Not clearly so: it may as well be {exit_emotion.runner_up}.")
            )
            st.markdown(
                f"**{share.value:.0%}** of the last part ({share.low:.0%} to {share.high:.0%}), from "
                f"{exit_emotion.moments} looks.{doubt}"
            )
    with index:
        st.caption("Expressed-valence index, 0 to 100; 50 is neutral")
        if report.index is None:
            st.title("Not enough evidence", anchor=False)
            st.markdown(report.why_no_index or "")
        else:
            st.title(f"{report.index.value:.0f}", anchor=False)
            st.markdown(
                f"Between **{report.index.low:.0f}** and **{report.index.high:.0f}** with 95% confidence. "
                "It says what a face showed, not how satisfied somebody was."
            )


def _facts(report: Report) -> None:
    lines = [f"- A face was read at {report.seen} of {report.moments} looks in {report.seconds:.0f} seconds"]
    lines += [
        f"- {count} {'look' if count == 1 else 'looks'} without a reading: {why}"
        for why, count in report.gaps.items()
    ]
    if report.peak and report.low:
        lines.append(
            f"- Most pleasant at {report.peak.seconds:.0f} s ({report.peak.valence:+.2f}), least at "
            f"{report.low.seconds:.0f} s ({report.low.valence:+.2f})"
        )
    if report.index and report.index_without_baseline is not None:
        lines.append(
            f"- Without the rest subtracted the index would be {report.index_without_baseline:.0f} instead "
            f"of {report.index.value:.0f}"
        )
    st.markdown("\n".join(lines))


def downloads(name: str, moments: Sequence[Moment], report: Report) -> None:
    """CSV, JSON and a page that prints."""
    with st.container(horizontal=True):
        for label, make, file, kind in (
            ("CSV", lambda: moments_csv(moments), f"{name}.csv", "text/csv"),
            ("JSON", lambda: report.model_dump_json(indent=2), f"{name}.json", "application/json"),
            ("Report to print", lambda: html_report(name, moments, report), f"{name}.html", "text/html"),
        ):
            icon = ":material/download:"
            st.download_button(label, make, file, kind, icon=icon, on_click="ignore", key=f"get-{label}")


def html_report(name: str, moments: Sequence[Moment], report: Report) -> str:
    """One file without references to others, with charts that can be hovered."""
    course, valence = course_chart(moments, report), valence_chart(moments, report)
    ending = report.exit_emotion.label.capitalize() if report.exit_emotion else "not enough seen"
    index = (
        f"{report.index.value:.0f} ({report.index.low:.0f} to {report.index.high:.0f})"
        if report.index
        else f"not enough evidence. {report.why_no_index}"
    )
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{escape(name)}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; color: #1f2a2b }}
@media print {{ body {{ margin: 0 }} .js-plotly-plot {{ break-inside: avoid }} }}
</style>
<h1>{escape(name)}</h1>
<p><b>Exit emotion:</b> {escape(ending)}<br><b>Expressed-valence index:</b> {escape(index)}</p>
{course.to_html(full_html=False, include_plotlyjs=True)}
{valence.to_html(full_html=False, include_plotlyjs=False)}
<p>{escape(index_formula(report.settings))}; valence = {escape(formula(report.settings.weights))}.</p>
<p>An expression is what a face shows, not what a person feels. Not for decisions about a person without human
review; not for employees.</p>
</html>
"""
