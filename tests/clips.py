"""Pictures and clips whose expression and course are known."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import cv2
import numpy as np

from core.images import decode
from ui.samples import SAMPLES


def portraits() -> dict[str, np.ndarray]:
    """Pictures whose reading is known, 480×480."""
    pictures = {
        name: decode(SAMPLES[name].read()) for name in ("astronaut", "drawn-sadness", "drawn-surprise")
    }
    pictures["astronaut"] = pictures["astronaut"][:300, 80:380]
    return {
        name: cv2.resize(picture, (480, 480), interpolation=cv2.INTER_AREA)
        for name, picture in pictures.items()
    }


@contextmanager
def usual_scheduling() -> Iterator[None]:
    """Run by root, SVT-AV1 makes the thread that calls it real-time, and with it all that the thread starts
    later: they would starve every other process to the end of the tests.
    """
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameters)


def clip(
    frames: Sequence[np.ndarray],
    rate: int = 10,
    codec: str = "mpeg4",
    form: str = "mp4",
    times: Sequence[float] | None = None,
    pixel_shape: Fraction | None = None,
    **options: str,
) -> bytes:
    """A video file.

    Args:
        times: seconds of each frame, where they do not follow each other evenly; multiples of 1/`rate`.
        pixel_shape: width of a pixel as it is shown, by its height.
        options: of the container.
    """
    with TemporaryDirectory() as folder, usual_scheduling():
        path = Path(folder) / "clip"  # no stream: FFmpeg reads a file again to move its index to the front
        with av.open(str(path), "w", format=form, options=options) as container:
            video = container.add_stream(codec, rate=rate)
            video.height, video.width = frames[0].shape[:2]
            video.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
            video.bit_rate = 2_000_000
            if pixel_shape is not None:
                video.codec_context.sample_aspect_ratio = pixel_shape
            for number, picture in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                if times is not None:
                    frame.pts, frame.time_base = round(times[number] * rate), Fraction(1, rate)
                container.mux(video.encode(frame))
            container.mux(video.encode())
        return path.read_bytes()
