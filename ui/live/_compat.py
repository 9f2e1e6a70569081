"""What Mien needs of streamlit-webrtc and aiortc beyond what they promise, in one place."""

import streamlit as st
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaRelay
from streamlit.runtime import exists
from streamlit_webrtc.relay import get_global_relay


class NewestFrameRelay(MediaRelay):
    """Hands on the newest frame, and forgets what nobody fetched in time.

    aiortc's own relay keeps every frame for every consumer. Where the answers to several viewers are encoded
    slower than video arrives, frames pile up, half a megabyte each, and the pictures lag ever further.
    """

    def subscribe(self, track: MediaStreamTrack, buffered: bool = False) -> MediaStreamTrack:
        """A consumer of a track; without a buffer, whatever is asked for."""
        return super().subscribe(track, buffered=False)


def keep_newest_frames_only() -> None:
    """See to it that every stream of this server is relayed so; call it before one is opened."""
    if exists():
        get_global_relay().__class__ = NewestFrameRelay


def outlive_cut_runs(key: str) -> None:
    """Let a stream go on where runs of its page were cut short before they came to it; call it before it.

    streamlit-webrtc 0.79 ends a stream that one run did not draw, since its page may have been left. But a
    second click within a moment cuts the run of the first one short. Where the page was left and is opened
    again, the browser's side says by itself that it does not play.
    """
    if key in st.session_state:
        st.session_state[key]._last_rendered_run_count = None
