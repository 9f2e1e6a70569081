"""The pictures of a video: when they are shown, and in which shape."""

import io
from collections.abc import Sequence
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from core.errors import VideoError
from core.video import open_video
from tests.clips import clip, portraits


def test_looks_come_at_the_rate_that_was_asked_for():
    with open_video(io.BytesIO(clip([portraits()["astronaut"]] * 30, rate=10))) as video:
        assert video.seconds == pytest.approx(3, abs=0.2)
        times = [seconds for seconds, _ in video.sample(5)]
        assert video.end == pytest.approx(3)
    assert times == pytest.approx([n / 5 for n in range(15)])


def test_frame_that_stays_is_looked_at_again_but_read_once():
    """Frames come when something moves: at a pause in them the last one is still on the screen."""
    found = portraits()
    shades = [found["astronaut"] // (n + 1) for n in range(6)]
    data = clip(shades, times=[0, 0.2, 2.0, 2.04, 4.0, 4.04], rate=25)
    with open_video(io.BytesIO(data)) as video:
        looks = list(video.sample(5))
        assert video.broken is None
    assert [seconds for seconds, _ in looks] == pytest.approx([n / 5 for n in range(21)])
    pictures = [picture for _, picture in looks]
    assert len({id(picture) for picture in pictures}) == 5
    assert all(picture is pictures[1] for picture in pictures[1:10])
    assert all(picture is pictures[11] for picture in pictures[11:20]), "from 2.04 to 4 s"


def test_pixels_that_are_not_square_are_made_so():
    portrait = portraits()["astronaut"]
    narrow = np.ascontiguousarray(cv2.resize(portrait, (240, 480), interpolation=cv2.INTER_AREA))
    with open_video(io.BytesIO(clip([narrow] * 3, pixel_shape=Fraction(2)))) as video:
        (_, picture), *_ = video.sample(5)
    assert picture.shape == portrait.shape
    assert np.abs(picture.astype(int) - portrait).mean() < 10


def test_unknown_codec_is_one_sentence():
    data = clip([np.zeros((64, 64, 3), np.uint8)] * 3, codec="libx264").replace(b"avc1", b"zzz1")
    with pytest.raises(VideoError, match="save it as an mp4"), open_video(io.BytesIO(data)):
        pass


def test_frames_that_grow_beyond_the_limit_are_left_out(monkeypatch):
    """The size that a file states is that of its first frame alone."""
    small, large = (webm_packets(size) for size in ((160, 120), (640, 480)))
    monkeypatch.setattr("core.video.MOST_PIXELS", 320 * 240)
    with open_video(io.BytesIO(webm(small + large))) as video:
        found = [picture.shape for _, picture in video.sample(5)]
    assert set(found) == {(120, 160, 3)}
    assert video.broken is not None


def webm_packets(size: tuple[int, int]) -> list[bytes]:
    """Two frames of a size, encoded."""
    with av.open(io.BytesIO(), "w", format="webm") as container:
        video = container.add_stream("libvpx", rate=10)
        video.width, video.height = size
        frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), 90, np.uint8), format="rgb24")
        return [bytes(packet) for _ in range(2) for packet in video.encode(frame)] + [
            bytes(packet) for packet in video.encode()
        ]


def webm(packets: Sequence[bytes]) -> bytes:
    """A file of 160×120, whatever its frames hold."""
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as container:
        video = container.add_stream("libvpx", rate=10)
        video.width, video.height = 160, 120
        for number, data in enumerate(packets):
            packet = av.Packet(data)
            packet.stream, packet.time_base = video, Fraction(1, 10)
            packet.pts = packet.dts = number
            packet.is_keyframe = number % 2 == 0
            container.mux(packet)
    return file.getvalue()
