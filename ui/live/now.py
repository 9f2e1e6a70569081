"""What is seen now: the answer, the bars, the strip of the last minute."""

from typing import Final

import plotly.graph_objects as go
import streamlit as st

from core.live import LiveReader
from core.percent import percent
from core.valence import expressed_valence, formula
from ui.charts import LINE, VALENCE, await_pandas, describe_probabilities, probability_bars
from ui.live.holder import Holder
from ui.palette import display_name
from ui.show_chart import show_chart

SECONDS_BETWEEN_LOOKS: Final = 0.5


def now_card(own: Holder, playing: bool) -> None:
    """Follow the stream from a fragment; the page itself stands still."""
    st.fragment(_now, run_every=SECONDS_BETWEEN_LOOKS if playing else None)(own)


def _now(own: Holder) -> None:
    reader = own.reader
    if reader is None or not reader.state.frames or reader.stands_still:
        _idle(own)
        return
    state = reader.state
    first = state.current
    if first is None:
        st.header("Nobody", anchor=False)
        st.caption(f"Person {state.shown} is not in sight." if state.seen else "No face is in sight.")
    elif first.label is None:
        st.header("No answer", anchor=False)
        st.caption(str(first.reading.abstained).capitalize())
    else:
        st.header(display_name(first.label), anchor=False)
        others = f" · {len(state.seen)} faces, this is number {first.number}" if len(state.seen) > 1 else ""
        st.caption(f"{percent(first.probabilities[first.label])} sure{others}")
    if first is not None and first.probabilities:
        threshold = reader.classifier.bundle.card.thresholds.confidence
        show_chart(
            probability_bars(first.probabilities, threshold),
            alt=describe_probabilities(first.probabilities),
            key="live-bars",
        )
    st.markdown("**Expressed valence, the last minute**")
    show_chart(_strip(reader), alt="Expressed valence, the last minute", key="strip")
    st.caption(f"valence = {formula()}")
    st.caption(f"{state.frames_per_second:.0f} frames a second, {state.milliseconds:.0f} ms behind")


def _idle(own: Holder) -> None:
    """What to do while no frame comes."""
    if own.played:
        st.caption(
            "The video has stopped. Press Start to go on; where nothing happens, is the camera plugged in?"
        )
    else:
        st.caption("Press Start, and allow the camera.")
    st.caption(
        "A message of *NotAllowedError* or *NotFoundError* means that the browser gives no camera: allow it "
        "beside the address, plug one in and close other programs that use it."
    )
    st.page_link("../pages/photo.py", label="Take a single photo instead", icon=":material/photo_camera:")


def _strip(reader: LiveReader) -> go.Figure:
    """Expressed valence of the one who is shown over the last minute, with gaps."""
    await_pandas()
    past = reader.past()
    last = past[-1].seconds if past else 0.0
    figure = go.Figure(
        go.Scatter(
            x=[moment.seconds - last for moment in past],
            y=[expressed_valence(moment.probabilities) if moment.is_seen else None for moment in past],
            mode="lines",
            line={"color": VALENCE, "width": 2},
            hovertemplate="%{x:.0f} s: %{y:+.2f}<extra></extra>",
        )
    )
    figure.add_hline(y=0, line_width=1, line_color=LINE)
    figure.update_layout(height=130, margin={"l": 0, "r": 12, "t": 8, "b": 0})
    figure.update_xaxes(range=[-60, 0], fixedrange=True, title="seconds")
    figure.update_yaxes(range=[-1.05, 1.05], fixedrange=True, tickvals=[-1, 0, 1])
    return figure
