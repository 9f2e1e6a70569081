"""Recorded video to pictures, one at a time: an hour takes no more memory than a minute."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import av
import numpy as np

from core.errors import VideoError
from core.images import Picture

SUFFIXES: Final = frozenset({".mp4", ".mov", ".webm", ".mkv", ".gif", ".m4v", ".avi"})
LONGEST_SIDE: Final = 1280
"""Frames are scaled down to it while they are decoded; faces from about 20 px are still found."""

CONTAINERS: Final = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,gif,avi"
"""FFmpeg's names of those formats. Others are lists of files and addresses, which no upload may open."""

MOST_PIXELS: Final = 8192 * 4320


@dataclass
class VideoFrames:
    """The pictures of a video, sampled.

    Attributes:
        seconds: length as the file says; None where it does not.
        width: pixels of a frame as it is stored.
        broken: what was wrong with the rest, once the pictures came to an early end.
    """

    seconds: float | None
    width: int
    height: int
    codec: str
    _container: Any = field(repr=False)
    broken: str | None = None

    def sample(self, rate: float) -> Iterator[tuple[float, Picture]]:
        """Yield (seconds since the start, RGB picture uint8 (h, w, 3)), at most `rate` a second.

        Times are those of the frames, so a variable frame rate does not matter. A damaged rest ends the
        pictures, and `broken` says so.
        """
        due, first = 0.0, None
        try:
            for frame in self._container.decode(video=0):
                if frame.time is None:
                    continue
                first = frame.time if first is None else first
                seconds = max(0.0, frame.time - first)
                if seconds + 1e-6 < due:
                    continue
                due = max(due + 1 / rate, seconds)
                yield seconds, _to_picture(frame)
        except (av.error.FFmpegError, ValueError) as error:
            if first is None:
                raise VideoError("The video cannot be decoded: save it as an mp4 with H.264.") from error
            self.broken = "The rest of the file is damaged; what came before it was read."


@contextmanager
def open_video(source: Path | BinaryIO) -> Iterator[VideoFrames]:
    """Open a video file, or one in memory.

    Raises:
        VideoError: it is no video that can be read.
    """
    try:
        container = av.open(
            str(source) if isinstance(source, Path) else source,
            "r",
            metadata_errors="ignore",
            options={"format_whitelist": CONTAINERS, "protocol_whitelist": "file"},
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise VideoError("This is not a video that Mien can read: use mp4, mov, webm, mkv or gif.") from error
    with container:
        if not container.streams.video:
            raise VideoError("The file has no picture, only sound: choose a video.")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        if stream.width * stream.height > MOST_PIXELS:
            raise VideoError(
                f"A frame of {stream.width} × {stream.height} pixels is too large: save it smaller."
            )
        seconds = float(container.duration / av.time_base) if container.duration else None
        yield VideoFrames(seconds, stream.width, stream.height, stream.codec_context.name, container)


def _to_picture(frame: Any) -> Picture:  # noqa: ANN401 - av.VideoFrame
    scale = min(1.0, LONGEST_SIDE / max(frame.width, frame.height))
    size = {"width": max(2, round(frame.width * scale)), "height": max(2, round(frame.height * scale))}
    picture = frame.reformat(**size, format="rgb24").to_ndarray()
    turns = round((frame.rotation or 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else np.asarray(picture, np.uint8)
