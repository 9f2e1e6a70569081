"""From consent over an uploaded clip to a kept engagement."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.engagement.store import list_engagements
from tests.conftest import encode
from tests.core.test_recording import clip, portraits

MAIN = str(Path(__file__).parents[2] / "ui" / "main.py")


@pytest.fixture
def app(home) -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=120).switch_page("../pages/engagements.py")


def upload(app: AppTest, name: str, data: bytes) -> None:
    app.run()
    app.checkbox(key="engagement_consent").check().run()
    app.file_uploader(key="recording").upload(name, data, "video/mp4").run()
    assert not app.exception


def test_nothing_is_read_before_consent(app):
    app.run()
    assert not app.exception
    assert not app.checkbox(key="engagement_consent").value
    assert not app.get("file_uploader")


def test_clip_is_reported_kept_listed_and_deleted(app):
    found = portraits()
    upload(app, "call.mp4", clip([found["drawn-sadness"]] * 60 + [found["astronaut"]] * 80))
    if any(box.key == "customer" for box in app.selectbox):
        assert not app.title, "nobody is scored before the customer is chosen"
        options = app.selectbox(key="customer").options
        app.selectbox(key="customer").set_value(int(options[0].split()[1])).run()
    titles = [title.value for title in app.title]
    assert titles[0] == "Happiness"
    assert titles[1].isdigit()
    app.text_input(key="engagement_name").set_value("call 17").run()
    app.button(key="keep").click().run()
    (kept,) = list_engagements()
    assert kept.name == "call 17"
    assert "agreed" in kept.consent
    app.segmented_control(key="view").set_value("Kept").run()
    assert not app.exception
    assert list(app.dataframe[0].value["Exit emotion"]) == ["Happiness"]


def test_photos_one_after_the_other_are_reported(app):
    app.run()
    app.checkbox(key="engagement_consent").check().run()
    for number in range(12):
        photo = encode(portraits()["astronaut"], "JPEG")
        app.file_uploader(key="recording").upload(f"shot {number}.jpg", photo, "image/jpeg")
    app.run()
    assert not app.exception
    assert app.title[0].value == "Happiness"
    app.number_input(key="apart").set_value(2.0).run()
    assert not app.exception
    assert app.title[0].value == "Happiness"


def test_clip_and_photos_together_are_refused_in_a_sentence(app):
    app.run()
    app.checkbox(key="engagement_consent").check().run()
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
