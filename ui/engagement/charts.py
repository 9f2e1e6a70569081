"""Plotly charts of engagements."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.engagement import Moment, Report
from core.engagement.report import Extreme
from core.engagement.signal import judged_signal
from core.engagement.smoothing import smooth
from core.expressions import EXPRESSIONS
from core.percent import percent
from ui.charts import LINE, VALENCE, await_pandas
from ui.engagement.course import Course, make_course
from ui.palette import COLORS, display_name

LEFT: Final = 52
"""Pixels beside the axis, the same in both charts: one time stands below the other."""

BESIDE: Final = {"peak": "top", "low": "bottom", "end": "middle"}
"""Where each word stands at its point: two of them may be one."""


def course_chart(moments: Sequence[Moment], report: Report) -> go.Figure:
    """Stacked probabilities over time, with gaps where nobody was seen or the model abstained."""
    await_pandas()
    signal = judged_signal(moments, report.settings, report.seconds)
    course = make_course(moments, signal)
    pieces = course.pieces()
    times = _join([_with_edges(course.times[piece], course.stay) for piece in pieces])
    figure = go.Figure()
    for column, expression in enumerate(EXPRESSIONS):
        shares = course.means(signal.probabilities[:, column])
        drawn = _join([np.concatenate([[0.0], shares[piece], [0.0]]) for piece in pieces])
        told = [text for piece in pieces for text in ("unseen", *map(percent, shares[piece]), "unseen")]
        figure.add_scatter(
            x=times,
            y=drawn,
            text=told,
            stackgroup="course",
            mode="lines",
            line={"width": 0, "color": COLORS[expression]},
            name=display_name(expression),
            hovertemplate=f"{display_name(expression)} %{{text}}<extra></extra>",
        )
    _mark_exit(figure, report)
    figure.update_layout(
        height=280,
        margin={"l": LEFT, "r": 10, "t": 8, "b": 0},
        legend={"orientation": "h", "y": -0.25},
        hovermode="x",
    )
    figure.update_xaxes(title="seconds", range=[0, max(report.seconds, 1)], automargin=True)
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    return figure


def valence_chart(moments: Sequence[Moment], report: Report) -> go.Figure:
    """Expressed valence over time with its band, its peak, low and end, and the last part marked.

    The line is the mean of two seconds, the band one standard deviation of the looks in them to either side.
    """
    await_pandas()
    signal = judged_signal(moments, report.settings, report.seconds)
    course = make_course(moments, signal)
    smoothed, deviation = smooth(signal.times, signal.valence(report.settings.weights), signal.spans)
    mean, spread = course.means(smoothed), course.means(deviation)
    figure = go.Figure()
    _add_band(figure, course, mean - spread, mean + spread)
    pieces = course.pieces()
    for kind, chosen in (
        ("lines", [piece for piece in pieces if len(piece) > 1]),
        ("markers", [piece for piece in pieces if len(piece) == 1]),
    ):
        if chosen:
            figure.add_scatter(
                x=_join([course.times[piece] for piece in chosen], np.nan),
                y=_join([mean[piece] for piece in chosen], np.nan),
                mode=kind,
                line={"color": VALENCE, "width": 2},
                marker={"color": VALENCE},
                showlegend=False,
                hovertemplate="%{x:.1f} s: %{y:+.2f}<extra></extra>",
            )
    end = Extreme(seconds=float(signal.times[-1]), valence=float(smoothed[-1])) if len(signal) else None
    for extreme, word in ((report.peak, "peak"), (report.low, "low"), (end, "end")):
        if extreme:
            side = "left" if extreme.seconds > 0.8 * report.seconds else "right"
            figure.add_scatter(
                x=[extreme.seconds],
                y=[extreme.valence],
                mode="markers+text",
                text=[word],
                textposition=f"{BESIDE[word]} {side}",
                cliponaxis=False,
                marker={"color": LINE, "size": 8},
                showlegend=False,
                hovertemplate=f"{word} %{{y:+.2f}} at %{{x:.1f}} s<extra></extra>",
            )
    figure.add_hline(y=0, line_width=1, line_color=LINE)
    _mark_exit(figure, report)
    figure.update_layout(height=220, margin={"l": LEFT, "r": 10, "t": 8, "b": 0})
    figure.update_xaxes(title="seconds", range=[0, max(report.seconds, 1)], automargin=True)
    figure.update_yaxes(range=[-1.1, 1.15], title={"text": "expressed valence", "standoff": 4})
    return figure


def describe_course(report: Report) -> str:
    """The course in words, for those who do not see it."""
    if report.exit_emotion is None:
        return "Course of the expressions; the last part shows too little"
    ending = report.exit_emotion.label
    return f"Course of the expressions over {report.seconds:.0f} seconds, ending with {ending}"


def _add_band(
    figure: go.Figure, course: Course, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> None:
    """An outline for each piece, in one trace."""
    pieces = course.pieces()
    figure.add_scatter(
        x=_join(
            [np.concatenate([course.times[piece], course.times[piece][::-1]]) for piece in pieces], np.nan
        ),
        y=_join([np.concatenate([high[piece], low[piece][::-1]]) for piece in pieces], np.nan),
        fill="toself",
        fillcolor="rgba(47, 143, 147, 0.2)",
        line={"width": 0},
        mode="lines",
        showlegend=False,
        hoverinfo="skip",
    )


def _with_edges(times: npt.NDArray[np.float64], stay: float) -> npt.NDArray[np.float64]:
    """Room for a fall to zero on either side: stacked areas know no gaps."""
    return np.concatenate([[times[0] - stay / 2], times, [times[-1] + stay / 2]])


def _join(pieces: Sequence[npt.NDArray[np.float64]], between: float | None = None) -> npt.NDArray[np.float64]:
    """Pieces one after the other, with a value between them that breaks the line."""
    gap = np.array([] if between is None else [between])
    parts: list[Any] = [part for piece in pieces for part in (piece, gap)]
    return np.concatenate(parts[:-1]) if parts else np.array([])


def _mark_exit(figure: go.Figure, report: Report) -> None:
    start = report.settings.exit_start(report.seconds)
    figure.add_vrect(
        x0=start,
        x1=report.seconds,
        line_width=0,
        fillcolor=LINE,
        opacity=0.15,
        annotation_text="last part",
        annotation_position="top left",
        annotation_font_size=11,
    )
