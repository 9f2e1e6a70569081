"""From consent over an uploaded clip to a kept engagement."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.engagement import Moment, make_report
from core.engagement.audit import read_notes
from core.engagement.store import Engagement, delete_engagement, keep_engagement, list_engagements
from core.expressions import Expression
from core.settings import settings
from tests.conftest import encode
from tests.core.test_recording import clip, portraits
from ui.engagement.charts import valence_chart
from ui.engagement.downloads import html_report

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


def test_clip_is_reported_kept_and_listed(app):
    found = portraits()
    upload(app, "call.mp4", clip([found["drawn-sadness"]] * 60 + [found["astronaut"]] * 80))
    if any(box.key == "customer" for box in app.multiselect):
        assert not app.title, "nobody is scored before the customer is chosen"
        numbers = [int(option.split()[1]) for option in app.multiselect(key="customer").options]
        app.multiselect(key="customer").set_value(numbers).run()
    titles = [title.value for title in app.title]
    assert titles[0] == "Happiness"
    assert titles[1].isdigit()
    app.text_input(key="engagement_name").set_value("call 17")
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


def look(seconds: float, expression: Expression = Expression.HAPPINESS) -> Moment:
    return Moment(seconds=seconds, probabilities={expression: 1.0})


def keep(**changes) -> Engagement:
    moments = [look(n * 0.5, Expression.SADNESS if n < 40 else Expression.HAPPINESS) for n in range(80)]
    values = {
        "name": "call 17",
        "source": "api",
        "model": "mien-8",
        "digest": "abc",
        "consent": "agreed",
        "report": make_report(moments),
        "moments": tuple(moments),
    }
    engagement = Engagement(**values | changes)
    keep_engagement(engagement)
    return engagement


def test_kept_engagement_is_shown_as_it_was_and_with_other_settings(home):
    hostile = "![x](https://example.org/x.png)"
    one = keep(name=hostile, consent=hostile)
    kept_card = AppTest.from_string(f"from ui.engagement.kept import kept_card\nkept_card('{one.id}')")
    kept_card.run(timeout=60)
    assert not kept_card.exception
    shown = [e.value for e in [*kept_card.subheader, *kept_card.markdown, *kept_card.caption]]
    assert not any(hostile in text for text in shown), "a name from elsewhere is no Markdown"
    titles = [title.value for title in kept_card.title]
    assert titles == ["Happiness", f"{one.report.index.value:.0f}"]
    assert any("index = 50 + 50" in text.lower() for text in shown)
    kept_card.number_input(key=f"weight-happiness-{one.id}").set_value(0.2).run()
    assert "other settings" in kept_card.info[0].value
    assert int(kept_card.title[1].value) < one.report.index.value
    kept_card.segmented_control(key=f"last-part-{one.id}").set_value("share").run()
    kept_card.slider(key=f"exit_share-{one.id}").set_value(100).run()
    assert not kept_card.exception


def test_kept_engagement_is_deleted_by_an_analyst_only(home, monkeypatch):
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    one = keep()
    page = AppTest.from_string(f"from ui.engagement.kept import kept_card\nkept_card('{one.id}')")
    page.run(timeout=60)
    assert not [button for button in page.button if button.key == "delete_engagement"]
    page.session_state["analyst"] = "Ada"
    page.run()
    page.button(key="delete_engagement").click().run()
    assert not page.exception
    assert list_engagements() == ()
    assert (read_notes()[0]["action"], read_notes()[0]["by"]) == ("deleted", "Ada")


def test_list_is_filtered_and_what_was_done_is_logged(app):
    keep(channel="video")
    old = keep(channel="shop", created=datetime.now(UTC) - timedelta(days=3))
    app.run()
    app.segmented_control(key="view").set_value("Kept").run()
    assert len(app.dataframe[0].value) == 2
    app.selectbox(key="only-Channel").set_value("shop").run()
    assert list(app.dataframe[0].value["Id"]) == [old.id]
    app.selectbox(key="only-Channel").set_value(None).run()
    app.date_input(key="since").set_value(datetime.now(UTC).date()).run()
    assert old.id not in list(app.dataframe[0].value["Id"])
    delete_engagement(old.id, "ada")
    assert [(line["action"], line["by"]) for line in read_notes()] == [
        ("deleted", "ada"),
        ("kept", "api"),
        ("kept", "api"),
    ]


def test_report_to_print_holds_what_the_page_says(home):
    one = keep(name="<b>call</b>")
    page = html_report(one.name, one.moments, one.report, "live, by mien-8")
    assert "&lt;b&gt;call" in page
    for told in (
        "Happiness, 100% of the last part",
        "looks",
        "by mien-8",
        "index = 50 + 50",
        "Valence of the",
    ):
        assert told in page


def test_looks_that_are_far_apart_make_one_course():
    moments = [look(5.0 * n) for n in range(6)] + [look(60.0)]
    figure = valence_chart(moments, make_report(moments))
    lines = [trace for trace in figure.data if trace.hovertemplate and "s: " in trace.hovertemplate]
    assert [len(line.x) for line in lines] == [6, 1]
    assert [line.mode for line in lines] == ["lines", "markers"]
