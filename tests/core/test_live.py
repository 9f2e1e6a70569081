import threading
import time
from collections.abc import Iterator
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from core.classifier import load_classifier
from core.engagement import Moment
from core.engagement.journal import Journal, Opening
from core.expressions import Expression
from core.images import decode
from core.live import STILL_SECONDS, LiveReader
from core.readings import Reading
from core.recorder import Recorder
from core.tracking import FORGET_SECONDS
from ui.live.holder import Holder
from ui.samples import SAMPLES


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


def test_answer_less_sure_than_the_model_asks_for_is_none_though_each_frame_was(reader):
    face = Reading(box=(0, 0, 9, 9), label=None, abstained=None, probabilities={}, face=None, quality=None)
    turns = (Expression.SADNESS, Expression.NEUTRAL, Expression.ANGER)
    least = reader.classifier.bundle.card.thresholds.confidence
    for n in range(30):
        shown = {e: 0.58 if e is turns[n % 3] else 0.21 for e in turns}
        frame = face.model_copy(update={"label": turns[n % 3], "probabilities": shown})
        seen = reader._judge(1, frame, reader._smooth(1, frame, n / 10))
    assert 0.58 > least > 0.4
    assert (seen.label, seen.probabilities) == (None, {})
    assert seen.moment(3.0).gap == "ambiguous"


def test_answer_is_half_of_what_was_half_a_second_ago_and_none_of_what_was_before_a_gap(reader):
    face = Reading(box=(0, 0, 9, 9), label=None, abstained=None, probabilities={}, face=None, quality=None)
    sad, happy = (
        face.model_copy(update={"label": label, "probabilities": {e: float(e is label) for e in both}})
        for both in [(Expression.HAPPINESS, Expression.SADNESS)]
        for label in both[::-1]
    )
    assert reader._smooth(1, sad, 10.0)[Expression.SADNESS] == 1
    assert reader._smooth(1, happy, 10.5)[Expression.HAPPINESS] == pytest.approx(0.5)
    assert reader._smooth(2, happy, 10.5)[Expression.HAPPINESS] == 1, "of another person"
    assert reader._smooth(1, face, 10.6) == {}
    assert reader._smooth(1, happy, 10.7)[Expression.HAPPINESS] == 1


def test_newest_frame_wins_and_none_pile_up(reader, portrait):
    for _ in range(200):
        reader.offer(portrait)
    wait_for(lambda: reader.state.frames >= 1)
    read = -1
    while reader.state.frames > read:
        read = reader.state.frames
        time.sleep(0.5)
    assert read < 100, "most were never read"


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


def test_bad_frame_ends_nothing(reader, portrait, caplog):
    reader.offer(np.zeros((0, 0, 3), np.uint8))
    wait_for(lambda: "could not be read" in caplog.text)
    first = reader._thread
    reader.offer(portrait)
    wait_for(lambda: reader.state.frames >= 1)
    assert reader._thread is first


def test_nobody_in_sight_is_a_gap(reader):
    reader.offer(np.full((240, 320, 3), 90, np.uint8))
    wait_for(lambda: reader.state.frames >= 1)
    assert reader.state.seen == ()
    assert reader.state.current is None
    assert [moment.is_seen for moment in reader.past()] == [False]


@pytest.fixture
def journal(home) -> Journal:
    return Journal.begin(Opening(consent="agreed", model="mien-8", digest="abc"))


def read(reader: LiveReader, *pictures: np.ndarray) -> None:
    """One after the other, each until it is read."""
    for picture in pictures:
        before = reader.state.frames
        reader.offer(picture)
        wait_for(lambda before=before: reader.state.frames > before)


def happy(moment) -> bool:
    return moment.is_seen and max(moment.probabilities, key=moment.probabilities.get) is Expression.HAPPINESS


@pytest.fixture(scope="module")
def sad() -> np.ndarray:
    """A drawn sad face."""
    return decode(SAMPLES["drawn-sadness"].read())


def scene(*placed: tuple[np.ndarray, int, int]) -> np.ndarray:
    """Pictures in a wide one: each as (picture, left edge, size), the later ones before the earlier."""
    wide = np.full((480, 960, 3), 90, np.uint8)
    for picture, left, size in placed:
        wide[:size, left : left + size] = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    return wide


def test_recording_that_cannot_go_on_says_so(reader, portrait, journal):
    recorder = Recorder(journal)
    reader.record(recorder)
    read(reader, portrait)
    wait_for(lambda: len(journal.moments()) == 1)
    assert recorder.fault is None
    journal.delete()
    read(reader, portrait)
    wait_for(lambda: recorder.fault is not None)
    assert "has ended" in recorder.fault


def test_only_the_customer_is_recorded_whoever_leans_in_before_them(reader, face, sad, journal):
    """The smiling customer sits on the left; a larger, sad face comes from the right, covers it and goes."""
    alone = scene((face, 60, 240))
    lean = [scene((face, 60, 240), (sad, left, 400)) for left in (520, 400, 280, 160, 60)]
    read(reader, alone)
    (customer,) = reader.state.known
    reader.record(Recorder(journal, customer))
    read(reader, alone, *lean[:2])
    assert reader.state.seen[0].number != customer, "the largest face is the other one's"
    read(reader, *lean[2:])
    assert [seen.number for seen in reader.state.seen] == [2]
    read(reader, *reversed(lean[:-1]), alone)
    wait_for(lambda: len(journal.moments()) == 11)
    told = [moment.gap or happy(moment) for moment in journal.moments()]
    assert told[:3] == told[-3:] == [True] * 3
    assert set(told) == {True, "not in sight"}


def test_who_is_shown_stays_shown_though_another_face_becomes_the_largest(reader, face, sad):
    first, second = scene((face, 60, 380), (sad, 540, 200)), scene((face, 120, 260), (sad, 500, 300))
    read(reader, first, second, first, second)
    assert reader.state.seen[0].number == 2
    assert (reader.state.current.number, reader.state.current.label) == (1, Expression.HAPPINESS)
    assert [happy(moment) for moment in reader.past()] == [True] * 4
    read(reader, scene((sad, 500, 300)))
    assert reader.state.current is None, "a moment out of sight is no absence"
    assert [moment.is_seen for moment in reader.past()] == [True] * 4 + [False]
    time.sleep(FORGET_SECONDS + 0.1)
    read(reader, scene((sad, 500, 300)))
    assert reader.state.current.label is Expression.SADNESS


def test_who_is_recorded_is_the_one_shown(reader, face, sad, journal):
    both = scene((face, 60, 380), (sad, 540, 200))
    read(reader, both)
    assert reader.state.current.label is Expression.HAPPINESS
    reader.record(Recorder(journal, customer=reader.state.seen[1].number))
    read(reader, both)
    assert reader.state.current.label is Expression.SADNESS
    assert not any(map(happy, reader.past())), "also what they showed before"


def test_who_was_out_of_sight_for_long_has_to_be_chosen_again(journal):
    recorder = Recorder(journal, customer=1, start=0.0)
    smile = Moment(seconds=0, probabilities={Expression.HAPPINESS: 1.0})
    recorder.look({1: smile, 2: smile}, {1, 2}, 1.0)
    recorder.look({2: smile}, {1, 2}, 2.0)
    recorder.look({3: smile}, {3}, 5.0)
    assert recorder.customer is None
    recorder.look({3: smile}, {3}, 5.2)
    recorder.customer = 3
    recorder.look({3: smile}, {3}, 5.4)
    assert [moment.gap for moment in journal.moments()] == [
        None,
        "not in sight",
        "nobody chosen",
        "nobody chosen",
        None,
    ]


def test_times_of_a_recording_count_from_its_beginning_and_nothing_from_before_is_kept(journal):
    recorder = Recorder(journal, customer=1, start=100.0)
    smile = Moment(seconds=0, probabilities={Expression.HAPPINESS: 1.0})
    for arrived in (99.9, 100.0, 102.5):
        recorder.look({1: smile}, {1}, arrived)
    assert [moment.seconds for moment in journal.moments()] == [0.0, 2.5]
    assert journal.count_looks() == 2


def test_where_no_frame_comes_nothing_is_now_and_the_next_face_is_nobody_known(reader, portrait):
    assert reader.stands_still
    reader.offer(portrait)
    assert not reader.stands_still
    wait_for(lambda: reader.state.frames == 1)
    read(reader, np.full((240, 320, 3), 90, np.uint8))
    assert reader.state.known == {1}, "a moment out of sight is no absence"
    time.sleep(max(FORGET_SECONDS, STILL_SECONDS) + 0.1)
    assert reader.stands_still
    read(reader, portrait)
    assert reader.state.known == {2}


@pytest.fixture
def holder() -> Iterator[Holder]:
    holder = Holder()
    holder.classifier, holder.agreed = load_classifier(), True
    yield holder
    holder.end()


@pytest.fixture
def frame(portrait) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(portrait, format="rgb24")
    frame.pts, frame.time_base = 0, Fraction(1, 30)
    return frame


def test_recording_outlives_a_video_that_stops_and_asks_for_the_customer_again(holder, frame, journal):
    holder.take(frame)
    wait_for(lambda: holder.reader.state.frames == 1)
    holder.record(Recorder(journal, customer=1))
    holder.take(frame)
    wait_for(lambda: len(journal.moments()) == 1)
    holder.end()
    assert holder.recorder.customer is None
    holder.take(frame)
    wait_for(lambda: len(journal.moments()) == 2)
    first, second = journal.moments()
    assert 0 <= first.seconds < second.seconds
    assert happy(first)
    assert second.gap == "nobody chosen"


def test_end_of_the_video_ends_the_thread_that_reads(holder, frame):
    def readers() -> int:
        return [thread.name for thread in threading.enumerate()].count("live-reader")

    before = readers()
    holder.take(frame)
    wait_for(lambda: holder.reader.state.frames > 0)
    assert readers() == before + 1
    holder.end()
    assert readers() == before
    assert holder.reader is None


def test_nothing_is_read_while_not_everybody_agrees(holder, frame):
    holder.take(frame)
    wait_for(lambda: holder.reader.state.frames > 0)
    holder.agreed = False
    holder.end()
    holder.take(frame)  # one that comes before the stream is closed
    assert holder.reader is None
