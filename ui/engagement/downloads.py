"""A report to take away: readings as CSV, figures as JSON, and a page that prints."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.engagement import Moment, Report
from core.engagement.index import index_formula
from core.engagement.tables import moments_csv
from core.percent import percent
from core.valence import formula
from ui.engagement.charts import course_chart, valence_chart
from ui.engagement.report import doubt, facts
from ui.palette import display_name


def downloads(name: str, moments: Sequence[Moment], report: Report, about: str) -> None:
    """Three files.

    Args:
        about: one line: when, by which model.
    """
    with st.container(horizontal=True):
        for label, make, file, kind in (
            ("CSV", lambda: moments_csv(moments, report.settings), f"{name}.csv", "text/csv"),
            ("JSON", lambda: report.model_dump_json(indent=2), f"{name}.json", "application/json"),
            (
                "Report to print",
                lambda: html_report(name, moments, report, about),
                f"{name}.html",
                "text/html",
            ),
        ):
            icon = ":material/download:"
            st.download_button(label, make, file, kind, icon=icon, on_click="ignore", key=f"get-{label}")


def html_report(name: str, moments: Sequence[Moment], report: Report, about: str) -> str:
    """One file without references to others, with charts that can be hovered."""
    course, valence = course_chart(moments, report), valence_chart(moments, report)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{escape(name)}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; color: #1f2a2b }}
@page {{ margin: 15mm }}
@media print {{ body {{ margin: 0 }} .js-plotly-plot {{ break-inside: avoid }} }}
</style>
<h1>{escape(name)}</h1>
<p>{escape(about)}</p>
<p><b>Exit emotion:</b> {escape(_ending(report))}</p>
<p><b>Expressed-valence index:</b> {escape(_index(report))}</p>
{course.to_html(full_html=False, include_plotlyjs=True)}
{valence.to_html(full_html=False, include_plotlyjs=False)}
<ul>{"".join(f"<li>{escape(fact)}</li>" for fact in facts(report))}</ul>
<p>{escape(index_formula(report.settings))}; valence = {escape(formula(report.settings.weights))}.</p>
<p>An expression is what a face shows, not what a person feels. Not for decisions about a person without human
review; not for employees.</p>
</html>
"""


def _ending(report: Report) -> str:
    ending = report.exit_emotion
    if ending is None:
        return "not enough seen"
    share = ending.share
    return (
        f"{display_name(ending.label)}, {percent(share.value)} of the last part ({percent(share.low)} to "
        f"{percent(share.high)}), from {ending.moments} looks.{doubt(ending)}"
    )


def _index(report: Report) -> str:
    if report.index is None:
        return f"not enough evidence. {report.why_no_index}"
    return f"{report.index.value:.0f} ({report.index.low:.0f} to {report.index.high:.0f})"
