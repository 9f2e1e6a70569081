"""The Plotly chart of one or several trainings over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import plotly.graph_objects as go

from training.history import Course
from ui.charts import LINE, await_pandas

MOST_SYMBOLS: Final = 12
"""On one line; the runs of a comparison are told apart by them without colours too."""


@dataclass(frozen=True)
class Line:
    """One run as a chart draws it."""

    course: Course
    color: str
    symbol: str = "circle"


def curves_chart(
    lines: Mapping[str, Line], figure: str, *, by_time: bool, log: bool, smoothing: float
) -> go.Figure:
    """One figure of one or several runs, solid on the inner part and dotted on training faces.

    A single one has its marks: where the learning rate fell, which epoch was kept, where it stopped early.

    Args:
        lines: by the name of the run.
        figure: "loss" or "accuracy".
        by_time: minutes of training, else epochs.
        smoothing: weight of what was before, 0 to 1, exponential.
    """
    await_pandas()
    chart = go.Figure()
    for called, line in lines.items():
        name, places = escape(called), _places(line.course, by_time)
        for key, dash, what in ((f"val_{figure}", "solid", "held apart"), (figure, "dot", "training")):
            points = line.course.curves.get(key, ())
            if not points:
                continue
            chart.add_scatter(
                x=[places[epoch] for epoch, _, _ in points],
                y=smooth([value for _, _, value in points], smoothing),
                name=f"{name}, {what}" if len(lines) > 1 else what,
                line={"color": line.color, "dash": dash, "width": 2.2 if dash == "solid" else 1.4},
                mode=_mode(len(points), len(lines), dash),
                marker={"symbol": line.symbol, "size": 8, "maxdisplayed": MOST_SYMBOLS},
                showlegend=len(lines) == 1 or dash == "solid",
                hovertemplate=f"{name}, {what}: %{{y:.4f}}<extra></extra>",
            )
    if len(lines) == 1:
        for line in lines.values():
            _mark(chart, line.course, _places(line.course, by_time))
    chart.update_layout(
        height=320,
        title={"text": figure.capitalize(), "font": {"size": 14}},
        margin={"l": 0, "r": 0, "t": 44, "b": 0},
        legend={"orientation": "h", "y": -0.3},
        hovermode="x unified",
    )
    chart.update_xaxes(title="minutes" if by_time else "epoch", rangemode="tozero" if by_time else "normal")
    chart.update_yaxes(type="log" if log else "linear")
    return chart


def _mode(points: int, lines: int, dash: str) -> str:
    if points == 1:
        return "markers"
    return "lines+markers" if lines > 1 and dash == "solid" else "lines"


def smooth(values: Sequence[float], weight: float) -> list[float]:
    """Exponential moving average, without the pull towards the first value.

    >>> smooth([1.0, 1.0, 1.0], 0.9)
    [1.0, 1.0, 1.0]
    """
    smoothed, last, share = [], 0.0, 0.0
    for value in values:
        last = weight * last + (1 - weight) * value
        share = weight * share + (1 - weight)
        smoothed.append(last / share)
    return smoothed


def _places(course: Course, by_time: bool) -> dict[int, float]:
    """Where each epoch stands on the axis."""
    if by_time:
        return {epoch: seconds / 60 for epoch, seconds in course.elapsed.items()}
    return {epoch: float(epoch) for epoch in course.epochs}


def _mark(chart: go.Figure, course: Course, places: Mapping[int, float]) -> None:
    for mark in course.marks:
        chart.add_vline(
            x=places[mark.epoch],
            line={"color": LINE, "width": 1, "dash": "solid" if mark.text else "dot"},
            annotation_text=mark.text,
            annotation_font_size=11,
            annotation_position="top left",
            annotation_yanchor="bottom",  # above the plot, where no curve runs through it
            annotation_yshift=13 if mark.text.startswith("stopped") else 0,
        )
