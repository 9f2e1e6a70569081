"""The video stream: the browser's frames in, the same frames with boxes and answers out."""

from typing import Final

from streamlit_webrtc import WebRtcMode, webrtc_streamer

from core.classifier import Classifier
from core.settings import settings
from ui.live._compat import keep_newest_frames_only, outlive_cut_runs
from ui.live.holder import holder

STREAM: Final = "live"
CONSTRAINTS: Final = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}}, "audio": False}


def stream(classifier: Classifier) -> bool:
    """Show the video; whether it plays."""
    own = holder()
    if own.recorder is None:  # a recording ends with the model it began with
        own.classifier = classifier
    keep_newest_frames_only()
    outlive_cut_runs(STREAM)
    context = webrtc_streamer(
        key=STREAM,
        mode=WebRtcMode.SENDRECV,
        rtc_configuration={"iceServers": settings().ice_servers},
        media_stream_constraints=CONSTRAINTS,
        video_frame_callback=own.take,
        on_video_ended=own.end,
        async_processing=True,
    )
    if not context.state.playing:
        own.end()
    return bool(context.state.playing)
