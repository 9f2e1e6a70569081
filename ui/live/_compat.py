"""What Mien needs of streamlit-webrtc and aiortc beyond what they promise, in one place."""

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
