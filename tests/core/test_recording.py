"""Clips whose course is known, and real ones, through the same path as an upload."""

import io
import struct
from collections.abc import Sequence

import av
import cv2
import numpy as np
import pytest

from core.classifier import load_classifier
from core.engagement import make_report
from core.engagement.recording import read_photos, read_recording
from core.errors import VideoError
from core.expressions import Expression
from core.images import decode
from core.tracking import Tracker
from core.video import open_video
from tests.conftest import encode
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


def clip(frames: Sequence[np.ndarray], rate: int = 10, codec: str = "mpeg4", form: str = "mp4") -> bytes:
    stream = io.BytesIO()
    with av.open(stream, "w", format=form) as container:
        video = container.add_stream(codec, rate=rate)
        video.height, video.width = frames[0].shape[:2]
        video.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        video.bit_rate = 2_000_000
        for frame in frames:
            container.mux(video.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(video.encode())
    return stream.getvalue()


def read(data: bytes, **options):
    return read_recording(io.BytesIO(data), load_classifier(), **options)


def test_course_cut_from_known_portraits_gives_the_right_exit_emotion_and_times():
    found = portraits()
    blank = np.full((480, 480, 3), 90, np.uint8)
    frames = [found["drawn-sadness"]] * 60 + [blank] * 10 + [found["astronaut"]] * 80
    recording = read(clip(frames))
    assert recording.seconds == pytest.approx(15, abs=0.5)
    happy = max(recording.people.values(), key=lambda person: person.moments[-1].seconds)
    report = make_report(recording.moments_of([happy.number]), end=recording.seconds)
    assert report.exit_emotion.label is Expression.HAPPINESS
    assert report.exit_emotion.clear
    assert report.peak.seconds == pytest.approx(11, abs=4.2)
    assert report.index.value > 60
    assert happy.portrait.shape == (48, 48, 1)


def test_nobody_in_sight_is_a_gap():
    found = portraits()
    recording = read(clip([found["astronaut"]] * 20 + [np.zeros((480, 480, 3), np.uint8)] * 20))
    (person,) = recording.people.values()
    moments = recording.moments_of([person.number])
    assert [moment.gap for moment in moments[-5:]] == ["not in sight"] * 5
    assert len(moments) == recording.looks == 20


@pytest.mark.parametrize(
    ("codec", "form"),
    [
        ("mpeg4", "mp4"),
        ("libx264", "mov"),
        ("libx264", "matroska"),
        ("libvpx-vp9", "webm"),
        ("libsvtav1", "mp4"),
        ("gif", "gif"),
    ],
)
def test_usual_formats_are_read(codec, form):
    try:
        data = clip([portraits()["astronaut"]] * 10, codec=codec, form=form)
    except av.error.FFmpegError:
        pytest.skip(f"this PyAV cannot write {codec}")
    assert read(data).looks >= 4


def test_clip_that_says_how_it_is_turned_is_read_upright():
    data = bytearray(clip([np.ascontiguousarray(np.rot90(portraits()["astronaut"]))] * 10))
    place = data.index(b"tkhd") + 44  # the track's matrix (ISO/IEC 14496-12, 8.3.2)
    data[place : place + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    (person,) = read(bytes(data)).people.values()
    assert {max(m.probabilities, key=m.probabilities.get) for m in person.moments} == {Expression.HAPPINESS}
    with open_video(io.BytesIO(bytes(data))) as video:
        _, picture = next(iter(video.sample(5)))
    assert np.abs(picture.astype(int) - portraits()["astronaut"]).mean() < 10


def test_cancelled_reading_keeps_what_was_read():
    recording = read(clip([portraits()["astronaut"]] * 60), watch=lambda so_far: so_far.looks < 3)
    assert recording.cancelled
    assert recording.looks == 3
    assert recording.people


def test_broken_tail_keeps_what_came_before():
    data = clip([portraits()["astronaut"]] * 100, form="matroska")
    recording = read(data[: len(data) * 2 // 3])
    assert 0 < recording.looks < 50


@pytest.mark.parametrize("data", [b"", b"no video at all", b"\x00" * 5000])
def test_what_is_no_video_is_one_sentence(data):
    with pytest.raises(VideoError, match="not a video"):
        read(data)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_upload_that_names_other_files_opens_none_of_them(tmp_path, monkeypatch, portrait_file, suffix):
    """FFmpeg would show a file of the server, or open a connection, where an upload is a list of such."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.png").write_bytes(portrait_file.read_bytes())
    for text in (
        b"ffconcat version 1.0\nfile 'secret.png'\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.png\n#EXT-X-ENDLIST\n",
    ):
        upload = tmp_path / f"upload.{suffix}"
        upload.write_bytes(text)
        for source in (upload, io.BytesIO(text)):
            with pytest.raises(VideoError, match="not a video"):
                read_recording(source, load_classifier())


def test_several_people_keep_their_numbers():
    tracker = Tracker()
    left, right = (10.0, 10.0, 50.0, 50.0), (200.0, 10.0, 50.0, 50.0)
    assert tracker.follow([left, right], 0.0) == [1, 2]
    assert tracker.follow([(205.0, 12.0, 50.0, 50.0), (14.0, 12.0, 52.0, 52.0)], 0.2) == [2, 1]
    assert tracker.follow([left], 0.4) == [1]
    assert tracker.follow([right, left], 0.6) == [2, 1]
    assert tracker.follow([right], 9.0) == [3], "after a long absence it may be anybody"


def test_real_clips_are_read(shared_data):
    clips = sorted((shared_data / "photos" / "real").glob("*.mkv"))[:2]
    for file in clips:
        recording = read_recording(file, load_classifier())
        assert recording.people
        assert recording.looks > 5


def test_time_is_that_of_the_frames():
    with open_video(io.BytesIO(clip([portraits()["astronaut"]] * 30, rate=10))) as video:
        assert video.seconds == pytest.approx(3, abs=0.2)
        times = [seconds for seconds, _ in video.sample(5)]
    assert times == pytest.approx([n / 5 for n in range(15)], abs=0.11)


def test_photos_in_order_make_a_course_and_a_broken_one_is_told():
    found = portraits()
    shots = [found["drawn-sadness"]] * 6 + [found["astronaut"]] * 12
    photos = [encode(shot, "JPEG") for shot in shots]
    photos.insert(3, b"no photo")
    recording = read_photos(photos, load_classifier(), apart=5)
    assert recording.done
    assert recording.seconds == 90
    assert "1 of 19 photos" in recording.broken
    (person,) = recording.people.values()
    report = make_report(recording.moments_of([person.number]), end=recording.seconds)
    assert person.moments[0].seconds == 0
    assert report.moments == 18
    last = [moment for moment in person.moments if moment.seconds > 40]
    assert {max(m.probabilities, key=m.probabilities.get) for m in last} == {Expression.HAPPINESS}
