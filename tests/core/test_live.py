import threading
import time
from fractions import Fraction

import av
import numpy as np
import pytest

from core.classifier import load_classifier
from core.engagement.journal import Journal, Opening
from core.expressions import Expression
from core.live import LiveReader, Recorder
from ui.live.holder import Holder


@pytest.fixture
def reader():
    reader = LiveReader(load_classifier())
    yield reader
    reader.close()


def wait_for(condition, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_stream_of_a_smile_is_read_and_keeps_its_number(reader, portrait):
    for n in range(12):
        reader.offer(portrait)
        wait_for(lambda n=n: reader.state.frames > n)
    (seen,) = reader.state.seen
    assert (seen.number, seen.label) == (1, Expression.HAPPINESS)
    assert sum(seen.probabilities.values()) == pytest.approx(1)
    assert reader.state.frames_per_second > 0
    assert len(reader.past()) == 12


def test_newest_frame_wins_and_none_pile_up(reader, portrait):
    for _ in range(200):
        reader.offer(portrait)
    wait_for(lambda: reader.state.frames >= 1)
    time.sleep(0.3)
    assert reader.state.frames < 50


def test_closing_ends_the_thread_and_forgets(portrait):
    before = threading.active_count()
    reader = LiveReader(load_classifier())
    reader.offer(portrait)
    wait_for(lambda: reader.state.frames >= 1)
    reader.close()
    assert threading.active_count() <= before
    assert reader.past() == []
    reader.offer(portrait)
    time.sleep(0.2)
    assert reader.state.frames == 0


def test_bad_frame_ends_nothing(reader, portrait):
    reader.offer(np.zeros((0, 0, 3), np.uint8))
    time.sleep(0.2)
    reader.offer(portrait)
    wait_for(lambda: reader.state.frames >= 1)


def test_nobody_in_sight_is_a_gap(reader):
    reader.offer(np.full((240, 320, 3), 90, np.uint8))
    wait_for(lambda: reader.state.frames >= 1)
    assert reader.state.seen == ()
    assert reader.past()[0].gap == "nobody seen"


def test_recording_that_cannot_go_on_says_so(reader, portrait, home):
    journal = Journal.begin(Opening(consent="agreed", model="mien-8", digest="abc"))
    reader.record(Recorder(journal))
    reader.offer(portrait)
    wait_for(lambda: len(journal.moments()) == 1)
    assert reader.fault is None
    journal.delete()
    reader.offer(portrait)
    wait_for(lambda: reader.fault is not None)
    assert "has ended" in reader.fault


def test_recording_outlives_a_video_that_stops_and_goes_on(portrait, home):
    holder = Holder()
    holder.classifier = load_classifier()
    frame = av.VideoFrame.from_ndarray(portrait, format="rgb24")
    frame.pts, frame.time_base = 0, Fraction(1, 30)
    journal = Journal.begin(Opening(consent="agreed", model="mien-8", digest="abc"))
    holder.take(frame)
    holder.record(Recorder(journal))
    try:
        for looks in (1, 2):
            holder.take(frame)
            wait_for(lambda looks=looks: len(journal.moments()) >= looks)
            holder.end()
    finally:
        holder.end()
    first, second = (moment.seconds for moment in journal.moments()[:2])
    assert 0 <= first < second
