"""Plotly charts of what a model is worth."""

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from core.bundles import CoveragePoint, ReliabilityBin, Score
from ui.charts import LINE, await_pandas
from ui.history.colors import RUN_COLORS
from ui.palette import COLORS, display_name

INK: Final = "#1F2A2B"
"""Of figures on cells of any share, on the light background."""


def confusion_chart(score: Score, *, normalised: bool, dark: bool = False) -> go.Figure:
    """Rows are true, columns answered.

    Args:
        dark: whether the page's background is.
    """
    await_pandas()
    names = [display_name(e) for e in score.labels]
    rows = score.confusion
    shares = [[value / max(1, sum(row)) for value in row] for row in rows]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=names,
            y=names,
            text=[[f"{v:.0%}" for v in row] for row in shares] if normalised else [list(row) for row in rows],
            texttemplate="%{text}",
            textfont={"color": "white" if dark else INK},  # by itself it takes every background for white
            colorscale=[[0, "rgba(47,143,147,0.05)"], [1, RUN_COLORS[0]]],
            zmin=0,
            zmax=1,
            showscale=False,
            hoverinfo="skip",
        )
    )
    figure.add_scatter(  # a heat map cannot be clicked: invisible squares over it can
        x=names * len(names),
        y=[row for row in names for _ in names],
        text=[f"{value} of {sum(row)}" for row in rows for value in row],
        mode="markers",
        marker={"symbol": "square", "size": 34, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate="%{y} called %{x}: %{text}<extra></extra>",
        showlegend=False,
    )
    figure.update_layout(height=380, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    figure.update_yaxes(autorange="reversed", title="is", showgrid=False)
    figure.update_xaxes(title="is called", showgrid=False)
    return figure


def classes_chart(score: Score) -> go.Figure:
    """Precision and recall of each expression."""
    await_pandas()
    labels = list(score.per_class)
    figure = go.Figure()
    for what, opacity in (("recall", 1.0), ("precision", 0.45)):
        figure.add_bar(
            x=[display_name(e) for e in labels],
            y=[getattr(score.per_class[e], what) for e in labels],
            marker_color=[COLORS[e] for e in labels],
            opacity=opacity,
            name=what,
            hovertemplate=f"%{{x}}, {what}: %{{y:.1%}}<extra></extra>",
        )
    figure.update_layout(height=300, margin={"l": 0, "r": 0, "t": 8, "b": 0}, showlegend=False, bargap=0.25)
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    return figure


def reliability_chart(bins: Sequence[ReliabilityBin]) -> go.Figure:
    """How often answers of about the same confidence are right; on the dotted line confidence is honest."""
    await_pandas()
    known = [one for one in bins if one.n]
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"dash": "dot", "color": LINE}, hoverinfo="skip"
    )
    figure.add_scatter(
        x=[one.confidence for one in known],
        y=[one.accuracy for one in known],
        mode="lines+markers",
        line={"color": RUN_COLORS[0]},
        marker={"size": [6 + 14 * (one.n / max(b.n for b in known)) ** 0.5 for one in known]},
        customdata=[one.n for one in known],
        hovertemplate="%{x:.0%} sure, right %{y:.0%} of %{customdata}<extra></extra>",
    )
    figure.update_layout(height=300, margin={"l": 0, "r": 0, "t": 8, "b": 0}, showlegend=False)
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%", title="says it is sure")
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%", title="is right")
    return figure


def coverage_chart(points: Sequence[CoveragePoint], chosen: float | None) -> go.Figure:
    """Accuracy on the most confident share; the dotted line is what the bundle answers."""
    await_pandas()
    figure = go.Figure(
        go.Scatter(
            x=[point.coverage for point in points],
            y=[point.accuracy for point in points],
            mode="lines",
            line={"color": RUN_COLORS[0]},
            hovertemplate="the surest %{x:.0%}: right on %{y:.1%}<extra></extra>",
        )
    )
    if chosen is not None:
        figure.add_vline(x=chosen, line_dash="dot", line_width=1.5, line_color=LINE)
    figure.update_layout(height=300, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%", title="share that gets an answer")
    figure.update_yaxes(tickformat=".0%", title="is right")
    return figure
