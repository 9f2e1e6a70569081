"""Plotly charts of engagements."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.engagement import Moment, Report
from core.engagement.report import Extreme
from core.engagement.signal import Signal, make_signal, subtract_baseline
from core.engagement.smoothing import smooth
from core.expressions import EXPRESSIONS
from ui.charts import LINE, VALENCE, await_pandas
from ui.palette import COLORS, display_name

LONGEST_GAP: Final = 1.5
"""Seconds without a reading after which the course is interrupted; looks may be farther apart than that."""


def course_chart(moments: Sequence[Moment], report: Report) -> go.Figure:
    """Stacked probabilities over time, with gaps where nobody was seen or the model abstained."""
    await_pandas()
    signal = _signal(moments, report)
    figure = go.Figure()
    for piece in _pieces(signal.times, moments):
        for column, expression in enumerate(EXPRESSIONS):
            figure.add_scatter(
                x=signal.times[piece],
                y=signal.probabilities[piece, column],
                stackgroup=f"piece {piece[0]}",
                mode="lines" if len(piece) > 1 else "markers",
                line={"width": 0, "color": COLORS[expression]},
                name=display_name(expression),
                legendgroup=expression.value,
                showlegend=bool(piece[0] == 0),
                hovertemplate=f"{display_name(expression)} %{{y:.0%}}<extra></extra>",
            )
    _mark_exit(figure, report)
    figure.update_layout(
        height=280,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        legend={"orientation": "h", "y": -0.25},
        hovermode="x",
    )
    figure.update_xaxes(title="seconds", range=[0, max(report.seconds, 1)])
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    return figure


def valence_chart(moments: Sequence[Moment], report: Report) -> go.Figure:
    """Expressed valence over time with its band, its peak, low and end, and the last part marked.

    The line is the mean of two seconds, the band one standard deviation of the looks in them to either side.
    """
    await_pandas()
    signal = _signal(moments, report)
    mean, spread = smooth(signal.times, signal.valence(report.settings.weights))
    figure = go.Figure()
    for piece in _pieces(signal.times, moments):
        times = signal.times[piece]
        figure.add_scatter(
            x=np.concatenate([times, times[::-1]]),
            y=np.concatenate([(mean + spread)[piece], (mean - spread)[piece][::-1]]),
            fill="toself",
            fillcolor="rgba(47, 143, 147, 0.2)",
            line={"width": 0},
            mode="lines",
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=times,
            y=mean[piece],
            mode="lines" if len(piece) > 1 else "markers",
            line={"color": VALENCE, "width": 2},
            showlegend=False,
            hovertemplate="%{x:.1f} s: %{y:+.2f}<extra></extra>",
        )
    end = Extreme(seconds=float(signal.times[-1]), valence=float(mean[-1])) if len(signal) else None
    for extreme, word in ((report.peak, "peak"), (report.low, "low"), (end, "end")):
        if extreme:
            figure.add_scatter(
                x=[extreme.seconds],
                y=[extreme.valence],
                mode="markers+text",
                text=[word],
                textposition="bottom left" if extreme.seconds > 0.8 * report.seconds else "bottom right",
                marker={"color": LINE, "size": 8},
                showlegend=False,
                hovertemplate=f"{word} %{{y:+.2f}} at %{{x:.1f}} s<extra></extra>",
            )
    figure.add_hline(y=0, line_width=1, line_color=LINE)
    _mark_exit(figure, report)
    figure.update_layout(height=220, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    figure.update_xaxes(title="seconds", range=[0, max(report.seconds, 1)])
    figure.update_yaxes(range=[-1.1, 1.15], title="expressed valence")
    return figure


def trend_chart(days: Mapping[str, tuple[float, int]]) -> go.Figure:
    """Mean index a day, and from how many engagements."""
    await_pandas()
    figure = go.Figure(
        go.Scatter(
            x=list(days),
            y=[mean for mean, _ in days.values()],
            mode="lines+markers",
            line={"color": VALENCE},
            customdata=[count for _, count in days.values()],
            hovertemplate="%{x}: %{y:.0f} from %{customdata} engagements<extra></extra>",
        )
    )
    figure.add_hline(y=50, line_dash="dot", line_width=1, line_color=LINE)
    figure.update_layout(height=240, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    figure.update_yaxes(range=[0, 100], title="index")
    return figure


def describe_course(report: Report) -> str:
    """The course in words, for those who do not see it."""
    if report.exit_emotion is None:
        return "Course of the expressions; the last part shows too little"
    ending = report.exit_emotion.label
    return f"Course of the expressions over {report.seconds:.0f} seconds, ending with {ending}"


def _signal(moments: Sequence[Moment], report: Report) -> Signal:
    """The course that a report rests on."""
    signal = make_signal(moments, report.seconds)
    if report.settings.baseline_seconds:
        signal, _ = subtract_baseline(signal, report.settings.baseline_seconds)
    return signal


def _pieces(times: npt.NDArray[np.float64], moments: Sequence[Moment]) -> list[npt.NDArray[np.intp]]:
    """Rows between gaps."""
    if not len(times):
        return []
    looks = np.unique([moment.seconds for moment in moments])
    usual = float(np.median(np.diff(looks))) if len(looks) > 1 else 0.0
    ends = np.flatnonzero(np.diff(times) > max(LONGEST_GAP, 1.5 * usual)) + 1
    return np.split(np.arange(len(times)), ends)


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
