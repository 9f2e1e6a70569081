"""Put a Plotly chart on a page."""

from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

PLAIN: Final = {"displayModeBar": False}
SAVABLE: Final = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}
"""Plotly's configuration of charts that analysts keep: pointing at one shows a button that saves a PNG."""

LABEL: Final = "#5B626A"
"""6:1 on white; the grey of Streamlit's theme has 3.7:1 there, its labels on dark are nearly white."""


def show_chart(figure: go.Figure, *, alt: str, key: str, savable: bool = False, **selecting: Any) -> None:  # noqa: ANN401 - as Streamlit has them
    """Show a chart, with labels that can be read in light mode too.

    Args:
        alt: the chart in words, for those who do not see it.
        savable: whether pointing at it shows a button that saves it.
        selecting: `on_select` and `selection_mode`, as `st.plotly_chart` takes them.
    """
    if st.context.theme.type != "dark":
        figure.update_layout(font_color=LABEL, legend_font_color=LABEL)
        for update in (figure.update_xaxes, figure.update_yaxes):
            update(tickfont_color=LABEL, title_font_color=LABEL)
    st.plotly_chart(figure, config=SAVABLE if savable else PLAIN, alt=alt, key=key, **selecting)
