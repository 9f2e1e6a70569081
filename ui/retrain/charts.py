"""Plotly charts of the Retrain page."""

from collections.abc import Mapping
from typing import Any, Final

import plotly.graph_objects as go

from core.bundles import Interval
from core.expressions import EXPRESSIONS, Expression
from ui.charts import LINE, await_pandas
from ui.palette import COLORS, display_name

TRAINING: Final = "#8A8F98"
INNER: Final = "#2F8F93"
"""Both are seen on white and on the dark background; the second is what counts."""


def class_bars(classes: Mapping[str, int]) -> go.Figure:
    """Faces a class."""
    await_pandas()
    known = {e.value: COLORS[e] for e in EXPRESSIONS}
    figure = go.Figure(
        go.Bar(
            x=[name.capitalize() for name in classes],
            y=list(classes.values()),
            marker_color=[known.get(name, LINE) for name in classes],
            text=list(classes.values()),
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}: %{y}<extra></extra>",
        )
    )
    figure.update_layout(height=220, margin={"l": 0, "r": 0, "t": 24, "b": 0}, bargap=0.3)
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    return figure


def curve(
    epochs: Mapping[int, Mapping[str, Any]], name: str, title: str, total: int, steps: bool
) -> go.Figure:
    """One figure's course over the epochs, on training faces and on the inner part.

    Args:
        total: epochs that the axis shows.
        steps: whether to mark where the learning rate fell; a cosine falls all the time.
    """
    await_pandas()
    numbers = list(epochs)
    figure = go.Figure()
    for key, label, color in ((name, "training", TRAINING), (f"val_{name}", "held apart", INNER)):
        figure.add_scatter(
            x=numbers,
            y=[epochs[number].get(key) for number in numbers],
            name=label,
            mode="lines+markers" if len(numbers) < 30 else "lines",
            line={"color": color, "width": 2.5 if key.startswith("val_") else 1.5},
            hovertemplate=f"{label}, epoch %{{x}}: %{{y:.3f}}<extra></extra>",
        )
    rates = [epochs[number].get("learning_rate") for number in numbers]
    for before, after, number in zip(rates, rates[1:], numbers[1:], strict=False):
        if steps and before and after and after < before:
            figure.add_vline(x=number, line_dash="dot", line_width=1, line_color=LINE)
    figure.update_layout(
        height=260,
        margin={"l": 0, "r": 0, "t": 32, "b": 0},
        title={"text": title, "font": {"size": 14}},
        legend={"orientation": "h", "y": 1.15, "x": 1, "xanchor": "right"},
        hovermode="x",
    )
    figure.update_xaxes(range=[0.5, max(total, 2) + 0.5], fixedrange=True, title="epoch")
    figure.update_yaxes(fixedrange=True)
    return figure


def recall_differences(recall: Mapping[Expression, Interval]) -> go.Figure:
    """How much more often each expression is recognised, with intervals."""
    await_pandas()
    labels = sorted(recall, key=lambda e: recall[e].value)
    points = [100 * recall[e].value for e in labels]
    figure = go.Figure(
        go.Scatter(
            x=points,
            y=[display_name(e) for e in labels],
            mode="markers",
            marker={"size": 11, "color": [COLORS[e] for e in labels]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [100 * recall[e].high - p for e, p in zip(labels, points, strict=True)],
                "arrayminus": [p - 100 * recall[e].low for e, p in zip(labels, points, strict=True)],
                "color": LINE,
            },
            hovertemplate="%{y}: %{x:+.1f} points<extra></extra>",
        )
    )
    figure.add_vline(x=0, line_dash="dot", line_width=1.5, line_color=LINE)
    figure.update_layout(height=60 + 32 * len(labels), margin={"l": 0, "r": 16, "t": 8, "b": 0})
    figure.update_xaxes(fixedrange=True, title="points of recall, challenger minus champion")
    figure.update_yaxes(fixedrange=True, ticks="")
    return figure
