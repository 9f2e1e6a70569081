"""Plotly charts that several pages use."""

import importlib
import sys
from typing import Final

import plotly.graph_objects as go

from core.expressions import Expression
from core.percent import percent
from ui.palette import COLORS, display_name

VALENCE: Final = "#2F8F93"
LINE: Final = "#8A8F98"
"""Both are seen on white and on the dark background alike."""


def probability_bars(
    probabilities: dict[Expression, float], threshold: float, counts: bool = True
) -> go.Figure:
    """Sorted bars of one reading, most probable on top; a dotted line marks what an answer takes.

    Args:
        counts: whether an answer was given; faint bars otherwise.
    """
    await_pandas()
    ranked = sorted(probabilities, key=lambda e: probabilities[e])
    shares = [probabilities[e] for e in ranked]
    figure = go.Figure(
        go.Bar(
            x=shares,
            y=[display_name(e) for e in ranked],
            orientation="h",
            marker_color=[COLORS[e] for e in ranked],
            opacity=1.0 if counts else 0.4,
            text=[percent(share) for share in shares],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    figure.add_vline(x=threshold, line_dash="dot", line_width=1.5, line_color=LINE)
    figure.update_layout(
        height=40 + 34 * len(ranked),
        margin={"l": 0, "r": 64, "t": 4, "b": 4},
        xaxis={"range": [0, 1], "visible": False, "fixedrange": True},
        yaxis={"fixedrange": True, "ticks": "", "ticklabelstandoff": 8},
        bargap=0.35,
    )
    return figure


def await_pandas() -> None:
    """Wait where another session is in the middle of importing pandas: Plotly would look into half a module.

    Nobody imports it for a chart: that would cost the first page 1.5 s and 70 MB.
    """
    if "pandas" in sys.modules:
        importlib.import_module("pandas")


def describe_probabilities(probabilities: dict[Expression, float]) -> str:
    """The chart in words, for those who do not see it."""
    ranked = sorted(probabilities, key=lambda e: -probabilities[e])
    return "Probabilities: " + ", ".join(f"{display_name(e)} {percent(probabilities[e])}" for e in ranked)
