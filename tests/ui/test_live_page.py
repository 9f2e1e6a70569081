"""Whom the Live page records, and what it says while no frame comes; the video itself takes a browser."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.classifier import load_classifier
from core.engagement import Moment
from core.engagement.closing import discard_journal
from core.engagement.journal import Journal, Opening, unfinished
from core.engagement.store import list_engagements
from core.expressions import Expression
from core.live import STILL_SECONDS, LiveReader, LiveState, Seen
from core.readings import Reading
from core.recorder import Recorder
from core.settings import settings
from tests.ui.conftest import keyed, open_page
from ui.live.holder import KEY, Holder

MAIN = """
import streamlit as st

from ui.live.now import now_card
from ui.live.record import record_card

own = st.session_state["own"]
st.navigation(["../pages/engagements.py", "../pages/photo.py"], position="hidden")
record_card(own, own.classifier, playing=True)
now_card(own, playing=True)
"""
"""The page without its video, with the pages that it leads to."""


@pytest.fixture
def own(home) -> Iterator[Holder]:
    own = Holder()
    own.classifier, own.agreed = load_classifier(), True
    own.reader = LiveReader(own.classifier)
    own.played = True
    yield own
    own.end()


@pytest.fixture
def app(own, tmp_path) -> AppTest:
    for name in ("pages/engagements.py", "pages/photo.py", "ui/main.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(MAIN if name == "ui/main.py" else "")
    app = AppTest.from_file(tmp_path / "ui" / "main.py", default_timeout=60)
    app.session_state["own"] = own
    return app


@contextmanager
def camera(own: Holder, picture: np.ndarray) -> Iterator[None]:
    """Sends frames, as a browser does, until the end."""
    ended = threading.Event()

    def send() -> None:
        while not ended.wait(0.1):
            own.reader.offer(picture)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        end = time.monotonic() + 30
        while not own.reader.state.frames:
            assert time.monotonic() < end, "no frame was read"
            time.sleep(0.02)
        yield
    finally:
        ended.set()
        thread.join()


def said(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.warning, *app.caption])


def record(app: AppTest) -> None:
    keyed(app.checkbox, "live_consent").check().run()
    app.button(key="record").click().run()
    assert not app.exception


def test_customer_is_chosen_among_those_in_sight_and_again_after_an_absence(app, own, face):
    farther = np.full_like(face, 90)
    farther[43:213, 43:213] = cv2.resize(face, (170, 170), interpolation=cv2.INTER_AREA)
    with camera(own, np.hstack([farther, face])):
        largest, other = (seen.number for seen in own.reader.state.seen)
        app.run()
        who = app.segmented_control(key="live_customer")
        assert (who.value, sorted(who.options)) == (largest, ["Person 1", "Person 2"])
        who.set_value(other).run()
        record(app)
        assert own.recorder.customer == other
        frames = own.reader.state.frames
        while own.reader.state.frames < frames + 2:
            time.sleep(0.02)
        app.run()
        assert f"this is number {other}" in said(app)
        assert f"Readings of person {other} are being recorded" in said(app)
        own.recorder.customer = None  # as after seconds out of sight
        app.run()
        assert "Who is the customer?" in said(app)
        assert "are being recorded" not in said(app)
        app.button(key=f"customer-{largest}").click().run()
        assert own.recorder.customer == largest
        app.button(key="finish").click().run()
    assert not app.exception
    assert not keyed(app.checkbox, "live_consent").value, "the next customer is asked anew"
    assert app.button(key="record").disabled
    assert [kept.source for kept in list_engagements()] == ["live"]


def test_choice_outlasts_a_moment_in_which_no_face_is_found(app, own, monkeypatch):
    face = Reading(box=(0, 0, 9, 9), label=None, abstained=None, probabilities={}, face=None, quality=None)
    both = LiveState(seen=(Seen(1, face, {}), Seen(2, face, {})), known=frozenset({1, 2}))
    found = [both]
    monkeypatch.setattr(LiveReader, "state", property(lambda _: found[-1]))
    app.run()
    app.segmented_control(key="live_customer").set_value(2).run()
    for now in (LiveState(known=both.known), LiveState(), both):
        found.append(now)
        app.run()
        assert not app.exception
    assert app.segmented_control(key="live_customer").value == 2
    record(app)
    assert own.recorder.customer == 2


def test_who_is_left_is_not_taken_for_the_one_who_was_chosen(app, own, monkeypatch):
    face = Reading(box=(0, 0, 9, 9), label=None, abstained=None, probabilities={}, face=None, quality=None)
    one, two = Seen(1, face, {}), Seen(2, face, {})
    found = [LiveState(seen=(one, two), known=frozenset({1, 2}))]
    monkeypatch.setattr(LiveReader, "state", property(lambda _: found[-1]))
    app.run()
    app.segmented_control(key="live_customer").set_value(1).run()
    found.append(LiveState(seen=(two,), known=frozenset({2})))
    record(app)
    assert own.recorder.customer is None


def test_who_is_alone_is_the_customer_and_an_unplugged_camera_is_said(app, own, portrait):
    with camera(own, portrait):
        app.run()
        assert not app.segmented_control
        record(app)
        assert own.recorder.customer == 1
        assert [header.value for header in app.header] == ["Happiness"]
        assert "frames a second" in said(app)
        assert "valence = +1.0 · happiness" in said(app)
    time.sleep(STILL_SECONDS + 0.1)
    app.run()
    assert not app.exception
    assert not app.header
    assert "frames a second" not in said(app)
    assert "are being recorded" not in said(app)
    assert said(app).count("plugged in?") == 2


def test_click_that_arrives_twice_begins_one_engagement_and_ends_one(app, own, portrait):
    with camera(own, portrait):
        app.run()
        keyed(app.checkbox, "live_consent").check().run()
        button = app.button(key="record").click()
        bundle = own.classifier.bundle
        first = Journal.begin(Opening(consent="yes", model=bundle.name, digest=bundle.digest))
        own.record(Recorder(first, 1))
        button.run()
        assert own.recorder.journal is first
        button = app.button(key="finish").click()
        own.record(None)
        button.run()
    assert not app.exception
    assert not app.error
    assert [journal.opening.id for journal in unfinished()] == [first.opening.id]


def test_open_recording_is_shown_before_the_camera_is_and_can_be_finished(own):
    journal = Journal.begin(Opening(consent="yes", model="mien-8", digest="abc"))
    for n in range(100):
        journal.add(Moment(seconds=n / 5, probabilities={Expression.HAPPINESS: 1.0}))
    app = open_page("live", 60)
    app.session_state[KEY] = own
    app.run()
    assert not app.button, "nothing is open"
    own.record(Recorder(journal, start=time.monotonic() - 90))
    app.run()
    assert "A recording is open, and no video plays" in said(app)
    keyed(app.text_input, "live_name").set_value("call 17")
    app.radio(key="method-live").set_value("end-weighted")  # changed and clicked in one go, as by a tap
    app.button(key="finish").click().run()
    assert not app.exception
    assert "not enough seen" in app.success[0].value
    (kept,) = list_engagements()
    assert (kept.name, kept.report.exit_emotion) == ("call 17", None), "the last part came after the video"
    assert kept.report.settings.method == "end-weighted"
    assert 90 <= kept.report.seconds < 150


def test_recording_that_was_cut_off_is_offered_before_a_camera_is_opened(own, monkeypatch):
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    opening = Opening(model="mien-8", digest="abc", consent="agreed", source="live", name="call 17")
    Journal.begin(opening)
    app = open_page("live", 60)
    app.session_state["analyst"] = "Ada"
    app.run()
    assert not [one for one in app.expander if "cut off" in one.label], "it may go on"
    (file,) = settings().home.rglob(f"{opening.id}.jsonl")
    os.utime(file, (time.time() - 90,) * 2)
    app.run()
    assert not app.exception
    assert not app.toggle(key="live_open").value
    assert [one.label for one in app.expander if "cut off" in one.label] == [
        "Engagements that were cut off (1)"
    ]
    app.button(key=f"delete-{opening.id}").click().run()
    assert not unfinished()


def test_open_recording_can_be_discarded(own):
    own.record(Recorder(Journal.begin(Opening(consent="yes", model="mien-8", digest="abc"))))
    app = open_page("live", 60)
    app.session_state[KEY] = own
    app.run().button(key="discard").click().run()
    assert not app.exception
    assert (own.recorder, unfinished(), list_engagements()) == (None, (), ())


def test_recording_that_somebody_deleted_meanwhile_is_not_said_to_be_kept(own):
    recorder = Recorder(Journal.begin(Opening(consent="yes", model="mien-8", digest="abc")))
    own.record(recorder)
    discard_journal(recorder.journal, "Ada")
    recorder.fault = "This engagement has ended: begin another one."
    app = open_page("live", 60)
    app.session_state[KEY] = own
    app.run()
    assert "Press Discard to leave this one" in app.error[0].value
    app.button(key="discard").click().run()
    assert not app.exception
    assert own.recorder is None


def test_choice_of_one_customer_is_not_carried_to_the_next(own):
    own.chosen = 1
    own.record(Recorder(Journal.begin(Opening(consent="yes", model="mien-8", digest="abc"))))
    own.record(None)
    assert own.chosen is None


def test_nobody_in_sight_is_nobody_recorded(app, own):
    with camera(own, np.full((240, 320, 3), 90, np.uint8)):
        app.run()
        record(app)
        assert own.recorder.customer is None
        assert "Who is the customer?" in said(app)


def test_consent_that_is_withdrawn_with_the_click_begins_nothing(app, own, portrait):
    with camera(own, portrait):
        app.run()
        keyed(app.checkbox, "live_consent").check().run()
        keyed(app.checkbox, "live_consent").uncheck()
        app.button(key="record").click().run()
    assert not app.exception
    assert own.recorder is None
    assert unfinished() == ()


def test_name_and_settings_of_an_open_recording_outlast_another_page(own):
    own.record(Recorder(Journal.begin(Opening(consent="yes", model="mien-8", digest="abc"))))
    app = open_page("live", 60)
    app.session_state[KEY] = own
    app.run()
    keyed(app.text_input, "live_name").set_value("call 17").run()
    app.radio(key="method-live").set_value("end-weighted").run()
    app.segmented_control(key="last-part-live").set_value("share").run()
    app.slider(key="exit_share-live").set_value(40).run()
    app.switch_page("../pages/about.py").run()
    app.switch_page("../pages/live.py").run()
    assert not app.exception
    assert keyed(app.text_input, "live_name").value == "call 17"
    assert app.radio(key="method-live").value == "end-weighted"
    assert app.slider(key="exit_share-live").value == 40
    app.button(key="discard").click().run()
    own.record(Recorder(Journal.begin(Opening(consent="yes", model="mien-8", digest="abc"))))
    app.run()
    assert keyed(app.text_input, "live_name").value == ""
