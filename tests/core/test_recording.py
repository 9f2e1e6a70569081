"""Clips whose course is known, and real ones, through the same path as an upload."""

import io
import os
import struct
from collections.abc import Sequence

import av
import numpy as np
import pytest
from PIL import Image

from core.classifier import load_classifier
from core.engagement import Moment, ReportSettings, make_report
from core.engagement.recording import read_photos, read_recording
from core.errors import VideoError
from core.expressions import Expression
from core.tracking import Tracker
from core.video import open_video
from tests.clips import clip, portraits
from tests.conftest import encode


def read(data: bytes, **options):
    return read_recording(io.BytesIO(data), load_classifier(), **options)


def answers(moments: Sequence[Moment]) -> list[Expression | None]:
    """The label of each moment, None where it has none."""
    return [max(m.probabilities, key=m.probabilities.get) if m.is_seen else None for m in moments]


def test_course_cut_from_known_portraits_gives_the_right_exit_emotion_and_times():
    found = portraits()
    blank = np.full((480, 480, 3), 90, np.uint8)
    frames = [found["drawn-sadness"]] * 60 + [blank] * 10 + [found["astronaut"]] * 80
    recording = read(clip(frames))
    assert recording.seconds == pytest.approx(15, abs=0.05)
    assert recording.incomplete is None
    moments = recording.moments_of(list(recording.people))
    course = dict(zip((moment.seconds for moment in moments), answers(moments), strict=True))
    seen = {second for second, answer in course.items() if answer}
    assert max(second for second in seen if second < 6.5) == pytest.approx(5.8, abs=0.01)
    assert min(second for second in seen if second > 6.5) == pytest.approx(7, abs=0.01)
    assert {course[second] for second in seen if second < 6} == {Expression.SADNESS}
    assert {course[second] for second in seen if second > 7.5} == {Expression.HAPPINESS}
    report = make_report(moments, ReportSettings(exit_seconds=7), recording.seconds)
    assert report.exit_emotion.label is Expression.HAPPINESS
    assert report.exit_emotion.clear
    assert report.exit_emotion.moments == 35
    assert report.low.seconds < 6
    assert report.peak.seconds >= 7
    assert report.index.value > 60
    assert recording.people[1].portrait.shape == (48, 48, 1)


def test_each_of_two_people_in_sight_has_a_course_of_their_own():
    found = portraits()
    both = np.hstack([found["drawn-sadness"], found["astronaut"]])
    recording = read(clip([both] * 70))
    labels = {
        make_report(recording.moments_of([number]), end=recording.seconds).exit_emotion.label
        for number in recording.people
    }
    assert labels == {Expression.SADNESS, Expression.HAPPINESS}


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
    before = os.sched_getscheduler(0)
    try:
        data = clip([portraits()["astronaut"]] * 10, codec=codec, form=form)
    except av.error.FFmpegError:
        pytest.skip(f"this PyAV cannot write {codec}")
    assert read(data).looks >= 4
    assert os.sched_getscheduler(0) == before


def test_clip_that_says_how_it_is_turned_is_read_upright():
    data = bytearray(clip([np.ascontiguousarray(np.rot90(portraits()["astronaut"]))] * 10))
    place = data.index(b"tkhd") + 44  # the track's matrix (ISO/IEC 14496-12, 8.3.2)
    data[place : place + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    (person,) = read(bytes(data)).people.values()
    assert set(answers(person.moments)) == {Expression.HAPPINESS}
    with open_video(io.BytesIO(bytes(data))) as video:
        _, picture = next(iter(video.sample(5)))
    assert np.abs(picture.astype(int) - portraits()["astronaut"]).mean() < 10


def test_cancelled_reading_keeps_what_was_read():
    recording = read(clip([portraits()["astronaut"]] * 60), watch=lambda so_far: so_far.looks < 3)
    assert recording.cancelled
    assert recording.looks == 3
    assert recording.people


def test_report_of_a_cancelled_reading_says_how_far_it_came():
    recording = read(clip([portraits()["astronaut"]] * 60), watch=lambda so_far: so_far.looks < 11)
    assert recording.incomplete == "Stopped after 2 of 6 seconds."


@pytest.mark.parametrize(("form", "options"), [("matroska", {}), ("mp4", {"movflags": "faststart"})])
def test_broken_tail_keeps_what_came_before_and_says_so(form, options):
    data = clip([portraits()["astronaut"]] * 90, form=form, **options)
    recording = read(data[: len(data) * 2 // 3])
    assert 20 < recording.looks < 40
    assert recording.done
    assert "of 9 seconds: the rest of the file is missing" in recording.broken
    assert recording.incomplete == recording.broken


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_damage_in_the_middle_costs_only_what_it_hit(codec):
    data = bytearray(clip([portraits()["astronaut"]] * 60, codec=codec))
    with av.open(io.BytesIO(bytes(data))) as container:
        place = [packet.pos for packet in container.demux(video=0)][20]
    data[place : place + 200] = b"\xff" * 200
    recording = read(bytes(data))
    assert recording.seconds == pytest.approx(6)
    assert recording.looks == 30
    assert "damaged and were left out" in recording.broken


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
    assert tracker.known == {1, 2}
    assert tracker.follow([right, left], 0.6) == [2, 1]
    assert tracker.follow([right], 9.0) == [3], "after a long absence it may be anybody"
    assert tracker.known == {3}


def test_real_clips_are_read(shared_data):
    clips = sorted((shared_data / "photos" / "real").glob("*.mkv"))[:2]
    assert clips
    for file in clips:
        recording = read_recording(file, load_classifier())
        assert recording.people
        assert recording.looks > 5


def test_pause_in_a_recording_is_no_long_stare():
    data = clip([portraits()["astronaut"]] * 2, times=[0, 60])
    recording = read(data)
    assert recording.times[-2] < 10
    assert recording.times[-1] == 60


def test_picture_that_stays_to_the_end_is_no_missing_rest():
    pictures = [Image.fromarray(picture) for picture in portraits().values()]
    stream = io.BytesIO()
    pictures[0].save(stream, "GIF", save_all=True, append_images=pictures[1:], duration=[500, 500, 15_000])
    recording = read(stream.getvalue())
    assert recording.broken is None
    assert recording.times[-1] < 12, "it is looked at for ten seconds"


def test_long_stay_of_one_frame_is_many_looks_at_one_reading():
    recording = read(clip([portraits()["astronaut"]] * 2, times=[0, 4]))
    (person,) = recording.people.values()
    assert recording.looks == len(person.moments) >= 20
    assert len({str(moment.probabilities) for moment in person.moments[:10]}) == 1
    assert all(moment.is_seen for moment in person.moments[:10])
    assert {moment.gap for moment in person.moments[10:20]} == {"picture stood still"}


def test_one_picture_that_stands_still_is_no_evidence_however_long():
    recording = read(clip([portraits()["astronaut"]] * 2, times=[0, 9]))
    report = make_report(recording.moments_of(list(recording.people)), end=recording.seconds)
    assert report.index is None
    assert report.gaps["picture stood still"] > 30


def test_video_that_froze_at_a_constant_rate_is_told():
    """The index counts it all the same: a course may be made of pictures that stand."""
    portrait, rng = portraits()["astronaut"], np.random.default_rng(0)
    noisy = [
        np.clip(portrait + rng.normal(0, 2, portrait.shape), 0, 255).astype(np.uint8) for _ in range(100)
    ]
    for frames, told in (([portrait] * 100, True), (noisy, False)):
        recording = read(clip(frames, codec="libx264"))
        (number,) = recording.people
        assert bool(recording.frozen([number])) is told
        assert make_report(recording.moments_of([number])).seen == 50


def test_people_are_followed_however_seldom_they_are_looked_at():
    recording = read_recording(io.BytesIO(clip([portraits()["astronaut"]] * 150)), load_classifier(), 0.25)
    (person,) = recording.people.values()
    assert len(person.moments) == 4


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
    assert set(answers(last)) == {Expression.HAPPINESS}


def test_person_who_moves_between_two_photos_stays_the_same():
    canvas = np.full((480, 760, 3), 120, np.uint8)
    photos = []
    for left in (0, 200, 0):
        shot = canvas.copy()
        shot[:, left : left + 480] = portraits()["astronaut"][:480, :480]
        photos.append(encode(shot, "PNG"))
    recording = read_photos(photos, load_classifier(), apart=5)
    assert [len(person.moments) for person in recording.people.values()] == [3]


def test_portrait_is_the_largest_crop_of_a_person():
    large = Image.fromarray(portraits()["astronaut"])
    small = Image.new("RGB", large.size, (120, 120, 120))
    small.paste(large.resize((large.width * 2 // 3, large.height * 2 // 3)), (80, 80))
    (person,) = read_photos(
        [encode(one) for one in (small, large, small)], load_classifier(), 5
    ).people.values()
    (alone,) = read_photos([encode(large)], load_classifier(), 5).people.values()
    assert len(person.moments) == 3
    assert person.size == alone.size
    assert np.array_equal(person.portrait, alone.portrait)
