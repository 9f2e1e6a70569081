"""Recorded video to pictures, one at a time: an hour takes no more memory than a minute."""

import math
from collections.abc import Generator, Iterator
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

LONGEST_PIXEL: Final = 4
"""By how much a pixel may be longer than wide, or wider than long; what states more is damaged."""

HELD_SECONDS: Final = 10.0
"""A frame stays on the screen until the next one, but no longer: then the recording was paused, or its clock
is broken."""

MISSING_SECONDS: Final = 1.0
"""By how much the pictures may end before the length that the file states; sound often goes on a little."""

UNDECODABLE: Final = (av.error.FFmpegError, ValueError)
UNKNOWN_CODEC: Final = "The video cannot be decoded: save it as an mp4 with H.264."
DAMAGED: Final = "Parts of the file are damaged and were left out."

INSTANT: Final = 1e-6
"""Times of frames are multiples of their clock's tick, never quite those that are asked for."""


@dataclass(frozen=True)
class _Shown:
    """A frame, and from when to when it is on the screen, seconds; another frame may end it before `stop`."""

    frame: Any
    start: float
    stop: float
    pixel_shape: float

    def look(self, until: float, rate: float, number: int) -> Generator[tuple[float, Picture], None, int]:
        """Yield it at each multiple of 1/`rate` from the `number`th on; return the next number."""
        number = max(number, math.ceil((self.start - INSTANT) * rate))
        until = min(until, self.start + HELD_SECONDS)
        picture = None
        while number / rate < until - INSTANT:
            picture = _to_picture(self.frame, self.pixel_shape) if picture is None else picture
            yield number / rate, picture
            number += 1
        return number


@dataclass
class VideoFrames:
    """The pictures of a video, sampled.

    Attributes:
        seconds: length as the file says; None where it does not.
        width: pixels of a frame as it is stored.
        pixel_shape: width of a pixel as it is shown, by its height.
        end: when the last picture leaves the screen, seconds; known once they have come to an end.
        broken: what of the file is missing or damaged; known then, too.
    """

    seconds: float | None
    width: int
    height: int
    codec: str
    pixel_shape: float
    _container: Any = field(repr=False)
    end: float = 0.0
    broken: str | None = None

    def sample(self, rate: float) -> Iterator[tuple[float, Picture]]:
        """Yield (seconds since the start, RGB picture uint8 (h, w, 3)) at each multiple of 1/`rate`.

        The picture is the one on the screen at that time, so a variable frame rate does not matter; while one
        stays, the same array comes again. What is damaged is left out, and `broken` says so.

        Raises:
            VideoError: nothing of it can be decoded.
        """
        number, shown, first, stated = 0, None, 0.0, 0.0
        for frame in self._decode():
            if frame.time is None:
                continue
            if shown is None:
                first = frame.time
            start = max(0.0, frame.time - first)
            if shown is not None:
                number = yield from self._look(shown, start, rate, number)
            stated = start + _duration(frame)
            shown = _Shown(frame, start, min(stated, start + HELD_SECONDS), self.pixel_shape)
        if shown is None:
            raise VideoError(UNKNOWN_CODEC)
        yield from self._look(shown, max(shown.stop, shown.start + 2 * INSTANT), rate, number)
        self.end = shown.stop
        stop = max(stated, first + stated)  # some files count their length from zero, not from the first
        if self.seconds is not None and stop < self.seconds - MISSING_SECONDS:
            self.broken = (
                f"The pictures end after {self.end:.0f} of {self.seconds:.0f} seconds: the rest of the file "
                "is missing or damaged."
            )

    def _decode(self) -> Iterator[Any]:
        """Frames, without those that cannot be decoded."""
        goes_on = True
        while goes_on:
            goes_on = False
            try:
                for packet in self._container.demux(video=0):
                    goes_on = True
                    try:
                        yield from packet.decode()
                    except UNDECODABLE:
                        self.broken = DAMAGED
                return
            except UNDECODABLE:  # the next call looks for the next packet that is whole
                self.broken = DAMAGED

    def _look(
        self, shown: _Shown, until: float, rate: float, number: int
    ) -> Generator[tuple[float, Picture], None, int]:
        try:
            return (yield from shown.look(until, rate, number))
        except UNDECODABLE:  # it cannot be converted
            self.broken = DAMAGED
            return number


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
        if stream.codec_context is None:
            raise VideoError(UNKNOWN_CODEC)
        if stream.width * stream.height > MOST_PIXELS:
            raise VideoError(
                f"A frame of {stream.width} × {stream.height} pixels is too large: save it smaller."
            )
        # A file states the size of its first frame alone; later ones may be larger.
        stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
        yield VideoFrames(
            seconds=_length(container),
            width=stream.width,
            height=stream.height,
            codec=stream.codec_context.name,
            pixel_shape=_pixel_shape(stream),
            _container=container,
        )


def _length(container: Any) -> float | None:  # noqa: ANN401 - av.container.InputContainer
    """Seconds of the pictures, else of the whole file."""
    stream = container.streams.video[0]
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return float(container.duration / av.time_base) if container.duration else None


def _duration(frame: Any) -> float:  # noqa: ANN401 - av.VideoFrame
    """Seconds for which a frame is shown; 0 where the file does not say."""
    return float(frame.duration * frame.time_base) if frame.duration and frame.time_base else 0.0


def _pixel_shape(stream: Any) -> float:  # noqa: ANN401 - av.VideoStream
    """Width by height of a pixel as it is shown; those of some camcorders are not square."""
    stated = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    return float(stated) if stated and 1 / LONGEST_PIXEL <= stated <= LONGEST_PIXEL else 1.0


def _to_picture(frame: Any, pixel_shape: float) -> Picture:  # noqa: ANN401 - av.VideoFrame
    width = frame.width * pixel_shape
    scale = min(1.0, LONGEST_SIDE / max(width, frame.height))
    size = {"width": max(2, round(width * scale)), "height": max(2, round(frame.height * scale))}
    picture = frame.reformat(**size, format="rgb24").to_ndarray()
    turns = round((frame.rotation or 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else np.asarray(picture, np.uint8)
