"""Is it getting better? The index by day, a line for each channel."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from html import escape
from statistics import mean
from typing import Final

import plotly.graph_objects as go
import streamlit as st

from core.engagement.store import Engagement
from ui.charts import LINE, VALENCE, await_pandas
from ui.show_chart import show_chart
from ui.words import counted, plain

COLORS: Final = (VALENCE, "#D55E00", "#56B4E9", "#B279C4", "#E69F00", "#8A8F98")
SYMBOLS: Final = ("circle", "square", "diamond", "cross", "triangle-up", "x")
"""Lines are told apart without colours too."""

MOST_CHANNELS: Final = len(COLORS)
DAY: Final = 86_400_000
"""Milliseconds, in which Plotly counts between ticks."""

FEW_DAYS: Final = 6
"""Between which Plotly would tell hours."""

FEWEST_FOR_ALL: Final = 5
"""Engagements of a channel on a day whose mean everybody may see: of fewer it would tell of one customer."""

NO_CHANNEL: Final = "no channel"

Days = Mapping[str, Sequence[float]]


def trend_card(shown: Sequence[Engagement], fewest: int = 1) -> None:
    """Draw the trend of those that can be compared; say how many cannot.

    Args:
        fewest: engagements of a channel on a day from which their mean may be seen.
    """
    judged = [one for one in shown if one.report.index]
    alike = comparable(judged)
    lines = by_channel(alike, fewest)
    if fewest > 1:
        st.caption(f"Only days that are over, with at least {fewest} engagements of a channel, are drawn.")
    if len({day for days in lines.values() for day in days}) < 2:
        return
    drawn = dict(list(lines.items())[:MOST_CHANNELS])
    show_chart(trend_chart(drawn), alt="Mean index a day and channel", key="trend")
    if len(judged) > len(alike):
        st.caption(tell_left_out(judged, alike, "trend"))
    if len(lines) > len(drawn):
        st.caption(f"The {len(drawn)} channels with the most engagements are drawn, of {len(lines)}.")


def comparable(judged: Sequence[Engagement]) -> list[Engagement]:
    """Those that the same model read and the same settings judged; the largest such group.

    Args:
        judged: newest first; of equally large groups the one with the newest counts.
    """
    makes = [(one.digest, one.report.settings.essence) for one in judged]
    if not makes:
        return []
    most = Counter(makes).most_common(1)[0][0]
    return [one for one, make in zip(judged, makes, strict=True) if make == most]


def tell_left_out(judged: Sequence[Engagement], alike: Sequence[Engagement], what: str) -> str:
    """How many of those judged are not among those alike, and why, in a sentence or two."""
    left = len(judged) - len(alike)
    told = "1 engagement is" if left == 1 else f"{left} engagements are"
    return (
        f"{told} not in this {what}: another model or other settings made the index. Read by "
        f"{plain(alike[0].model)}, {alike[0].report.settings.method}."
    )


def by_channel(engagements: Sequence[Engagement], fewest: int = 1) -> dict[str, dict[str, list[float]]]:
    """Indices of each channel by day, oldest first; the channel with the most engagements first.

    Args:
        fewest: days with fewer engagements of a channel are left out; where it is more than one, so is today,
            whose mean would change by what one more customer adds.
    """
    today = f"{datetime.now(UTC):%Y-%m-%d}" if fewest > 1 else None
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in sorted(engagements, key=lambda one: one.created):
        if one.report.index:
            found[one.channel or NO_CHANNEL][f"{one.created:%Y-%m-%d}"].append(one.report.index.value)
    enough = {
        channel: {day: values for day, values in days.items() if len(values) >= fewest and day != today}
        for channel, days in found.items()
    }
    lines = ((channel, days) for channel, days in enough.items() if days)
    return dict(sorted(lines, key=lambda item: -sum(len(values) for values in item[1].values())))


def trend_chart(channels: Mapping[str, Days]) -> go.Figure:
    """Mean index a day, a line for each channel, and from how many engagements."""
    await_pandas()
    figure = go.Figure()
    for place, (channel, days) in enumerate(channels.items()):
        figure.add_scatter(
            x=list(days),
            y=[round(mean(values)) for values in days.values()],  # closer would tell of single customers
            mode="lines+markers",
            name=escape(channel),
            line={"color": COLORS[place % len(COLORS)]},
            marker={"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 8},
            customdata=[counted(len(values), "engagement") for values in days.values()],
            cliponaxis=False,  # one at 0 or 100 is whole
            hovertemplate="%{x|%d %b %Y}: %{y:.0f} from %{customdata}<extra>%{fullData.name}</extra>",
        )
    figure.add_hline(y=50, line_dash="dot", line_width=1, line_color=LINE)
    figure.update_layout(
        height=260,
        margin={"l": 0, "r": 12, "t": 8, "b": 0},
        showlegend=len(channels) > 1,
        legend={"orientation": "h", "y": 1.04, "yanchor": "bottom"},
    )
    known = sorted(date.fromisoformat(day) for days in channels.values() for day in days)
    few = (known[-1] - known[0]).days < FEW_DAYS
    figure.update_xaxes(type="date", title="day (UTC)", automargin=True)
    if few:
        figure.update_xaxes(tickformat="%d %b", dtick=DAY)
    figure.update_yaxes(range=[0, 100], title="index", automargin=True)
    return figure
