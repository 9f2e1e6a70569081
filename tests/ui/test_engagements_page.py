"""From consent over an uploaded clip to a kept engagement."""

import numpy as np
import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest

from core.classifier import load_classifier
from core.engagement import ReportSettings
from core.engagement.store import list_engagements
from tests.clips import clip, portraits
from tests.conftest import encode
from tests.ui.conftest import keyed, open_page
from training.registry import promote
from ui.engagement import reading as reading_module
from ui.engagement.reading import BackgroundReading
from ui.engagement.upload import Upload


@pytest.fixture
def app(home) -> AppTest:
    return open_page("engagements", 120)


def agree(app: AppTest) -> None:
    keyed(app.checkbox, "engagement_consent-").check().run()
    assert not app.exception


def upload(app: AppTest, name: str, data: bytes) -> None:
    app.run()
    app.file_uploader(key="recording").upload(name, data, "video/mp4").run()
    agree(app)


@pytest.fixture(scope="module")
def call() -> bytes:
    """Sad at first, smiling at the end."""
    found = portraits()
    return clip([found["drawn-sadness"]] * 60 + [found["astronaut"]] * 80)


def test_nothing_is_read_before_consent(app, call):
    app.run()
    assert not app.checkbox, "nothing to agree to yet"
    app.file_uploader(key="recording").upload("call.mp4", call, "video/mp4").run()
    assert not app.exception
    assert not keyed(app.checkbox, "engagement_consent-").value
    assert "recording_read" not in app.session_state
    assert not app.header


def test_consent_is_asked_again_for_the_next_recording(app, call):
    upload(app, "call.mp4", call)
    assert "recording_read" in app.session_state
    app.file_uploader(key="recording").set_value(("next.mp4", call, "video/mp4")).run()
    assert not app.exception
    assert not keyed(app.checkbox, "engagement_consent-").value
    assert "recording_read" not in app.session_state


def test_customer_is_chosen_anew_where_the_same_number_may_be_somebody_else(app):
    found = portraits()
    two = np.hstack([found["astronaut"], found["drawn-sadness"]])
    upload(app, "two.mp4", clip([two] * 40))
    assert not app.header, "nobody is scored before the customer is chosen"
    keyed(app.multiselect, "customer-").set_value([1, 2]).run()
    assert "in sight at the same time" in app.error[0].value
    assert not app.header
    keyed(app.multiselect, "customer-").set_value([1]).run()
    assert app.header
    app.select_slider(key="rate").set_value(2).run()
    assert not app.exception
    assert keyed(app.multiselect, "customer-").value == []
    assert not app.header


def test_clip_is_reported_kept_and_listed(app, call):
    upload(app, "call.mp4", call)
    if chooser := keyed(app.multiselect, "customer-"):
        assert not app.header, "nobody is scored before the customer is chosen"
        chooser.set_value([int(option.split()[1]) for option in chooser.options]).run()
    titles = [header.value for header in app.header]
    assert titles[0] == "Happiness"
    assert titles[1].isdigit()
    app.text_input(key="engagement_name").set_value("*call* 17")
    app.radio(key="method").set_value("end-weighted")  # changed and clicked in one go, as by a tap
    app.button(key="keep").click().run()
    assert r"\*call\* 17 was kept" in app.success[0].value
    app.button(key="keep").click().run()
    (kept,) = list_engagements()  # pressed twice it is kept once
    assert kept.report.settings.method == "end-weighted"
    assert kept.name == "*call* 17"
    assert "agreed" in kept.consent
    app.segmented_control(key="view").set_value("Kept").run()
    assert not app.exception
    assert list(app.dataframe[0].value["Exit emotion"]) == ["Happiness"]


def test_result_that_was_not_kept_stays_while_other_things_are_looked_at(app):
    found = portraits()
    upload(app, "two.mp4", clip([np.hstack([found["astronaut"], found["drawn-sadness"]])] * 70))
    keyed(app.multiselect, "customer-").set_value([1]).run()
    shown = [header.value for header in app.header]
    app.segmented_control(key="view").set_value("Kept").run()
    app.segmented_control(key="view").set_value("Recording").run()
    leave_and_come_back(app)
    assert not app.exception
    assert "Still here from before, and not kept yet: two.mp4" in [caption.value for caption in app.caption]
    assert [header.value for header in app.header] == shown
    assert keyed(app.multiselect, "customer-").value == [1]
    app.text_input(key="engagement_name").set_value("call 17")
    app.button(key="keep").click().run()
    leave_and_come_back(app)
    assert not app.header, "what was kept stands among the kept"
    assert [one.name for one in list_engagements()] == ["call 17"]


def test_result_goes_where_it_is_discarded_or_its_file_removed(app, call):
    upload(app, "call.mp4", call)
    leave_and_come_back(app)
    app.button(key="discard").click().run()
    assert "recording_read" not in app.session_state
    upload(app, "call.mp4", call)
    app.file_uploader(key="recording").set_value([]).run()
    assert not app.exception
    assert "recording_read" not in app.session_state


def test_promotion_by_somebody_else_takes_no_open_result_away(app, call):
    upload(app, "call.mp4", call)
    reading = app.session_state["recording_read"]
    promote("ckplus-reference", "ben", "to try it")
    app.run()
    assert not app.exception
    assert app.session_state["recording_read"] is reading
    told = " ".join(caption.value for caption in app.caption)
    assert "Read by mien-8, which served when it began. ckplus-reference serves now." in told
    next(one for one in app.button if one.label == "Read it again with ckplus-reference").click().run()
    assert app.session_state["recording_read"].bundle.name == "ckplus-reference"
    app.selectbox(key="model").set_value("mien-8").run()
    assert app.session_state["recording_read"].bundle.name == "mien-8", "chosen by name it reads at once"


def leave_and_come_back(app: AppTest) -> None:
    app.switch_page("../pages/about.py").run()
    app.switch_page("../pages/engagements.py").run()


def test_photos_one_after_the_other_are_reported(app):
    app.run()
    photo = encode(portraits()["astronaut"], "JPEG")
    for number in range(12):
        app.file_uploader(key="recording").upload(f"shot {number}.jpg", photo, "image/jpeg")
    app.run()
    agree(app)
    assert app.header[0].value == "Happiness"
    app.number_input(key="apart").set_value(2.0).run()
    assert not app.exception
    assert app.header[0].value == "Happiness"


def test_clip_and_photos_together_are_refused_in_a_sentence(app):
    app.run()
    app.file_uploader(key="recording").upload("a.jpg", encode(portraits()["astronaut"]), "image/jpeg")
    app.file_uploader(key="recording").upload("call.mp4", b"", "video/mp4").run()
    assert not app.exception
    assert "one recording, or photos alone" in app.error[0].value


def test_clip_without_a_face_says_so(app):
    upload(app, "empty.mp4", clip([np.full((240, 320, 3), 90, np.uint8)] * 20))
    assert "No face was found" in " ".join(info.value for info in app.info)


def test_file_that_is_no_video_gives_one_sentence(app):
    upload(app, "call.mp4", b"not a video")
    assert "not a video" in app.error[0].value


class Clip(Upload):
    """An upload without a browser."""

    def __init__(self, data: bytes) -> None:
        file = UploadedFile(UploadedFileRec("a", "call.mp4", "video/mp4", data), FileURLs())
        super().__init__([file], True, 5.0)


def test_reading_goes_on_beside_the_page_until_it_is_stopped_or_left(monkeypatch, call):
    classifier = load_classifier()
    reading = BackgroundReading(Clip(call), classifier)
    assert not reading.wait(0), "the page does not wait for it"
    assert reading.wait(60)
    assert not reading.recording.cancelled
    whole = reading.recording.looks
    people, settings = list(reading.recording.people), ReportSettings()
    report = reading.report(people, settings)
    assert report.seen == len(reading.recording.times)
    assert reading.report(people, settings) is report, "each click asks for it"
    assert reading.report(people, ReportSettings(exit_share=0.5)) != report
    stopped = BackgroundReading(Clip(call), classifier)
    stopped.stop()
    assert stopped.wait(60)
    assert stopped.recording.cancelled
    assert 0 < stopped.recording.looks < whole
    monkeypatch.setattr(reading_module, "UNWATCHED_SECONDS", 0.0)
    left = BackgroundReading(Clip(call), classifier)
    assert left.wait(60)
    assert left.recording.cancelled


def test_nobody_is_scored_before_somebody_says_who_of_several_the_customer_is():
    def page() -> None:
        import streamlit as st

        from core.engagement.moment import Moment
        from core.engagement.recording import Person, Recording
        from ui.engagement.people import choose_person

        seen = {1: Person(1, [Moment(seconds=0), Moment(seconds=1)]), 2: Person(2, [Moment(seconds=2)])}
        st.write(f"chosen {choose_person(Recording(people=seen), 'photos')}")
        st.write(f"alone {choose_person(Recording(people={2: seen[2]}), 'photo')}")

    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception
    assert [one.value for one in app.markdown] == ["chosen []", "alone [2]"]
    assert app.multiselect[0].options == ["Person 1", "Person 2"]
    app.multiselect[0].set_value([2]).run()
    assert app.markdown[0].value == "chosen [2]"
