import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.corrections import (
    accept_correction,
    accepted_corrections,
    delete_correction,
    keep_correction,
    waiting_corrections,
)
from core.expressions import Expression
from core.settings import settings
from tests.ui.conftest import MAIN, keyed


@pytest.fixture
def app(home, monkeypatch) -> AppTest:
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    return AppTest.from_file(MAIN, default_timeout=30)


def test_face_is_kept_only_with_a_label_and_consent(app):
    app.run()
    submit = next(button for button in app.button if button.label == "Keep this face for review")
    submit.click().run()
    assert "otherwise nothing is kept" in app.error[0].value
    assert waiting_corrections() == ()
    next(box for box in app.selectbox if box.label.startswith("What does")).set_value(Expression.NEUTRAL)
    next(box for box in app.checkbox if "may keep" in box.label).check()
    next(button for button in app.button if button.label == "Keep this face for review").click().run()
    assert not app.exception
    (kept,) = waiting_corrections()
    assert (kept.label, kept.answered, kept.model) == (Expression.NEUTRAL, Expression.HAPPINESS, "mien-8")
    next(button for button in app.button if button.label == "Keep this face for review").click().run()
    assert waiting_corrections() == (kept,), "pressed twice it is kept once"
    delete_correction(kept)
    next(button for button in app.button if button.label == "Keep this face for review").click().run()
    (again,) = waiting_corrections()
    next(box for box in app.selectbox if box.label.startswith("What does")).set_value(Expression.HAPPINESS)
    next(button for button in app.button if button.label == "Keep this face for review").click().run()
    assert "Happiness is what the model answered" in app.error[0].value
    assert waiting_corrections() == (again,)
    assert again.id != kept.id, "once it was deleted it may be kept again"
    next(box for box in app.selectbox if box.label.startswith("What does")).set_value(Expression.FEAR)
    next(button for button in app.button if button.label == "Keep this face for review").click().run()
    assert [one.label for one in waiting_corrections()] == [Expression.FEAR], "minds change, faces do not"


def test_analyst_accepts_and_deletes_and_others_see_no_faces(app):
    crop = np.zeros((48, 48, 1), np.uint8)
    first, second = (keep_correction(crop, Expression.FEAR, None, "mien-8", "abc") for _ in range(2))
    app.switch_page("../pages/review.py").run()
    assert "2 faces wait" in app.info[0].value
    assert not app.get("imgs")
    app.session_state["analyst"] = "Ada"
    app.run()
    app.button(key=f"accept-{first.id}").click().run()
    app.button(key=f"delete-{second.id}").click().run()
    assert not app.exception
    assert [one.id for one in accepted_corrections()] == [first.id]
    assert waiting_corrections() == ()
    app.button(key=f"delete-accepted-{first.id}").click().run()
    assert not app.exception
    assert accepted_corrections() == (), "a person may ask for it at any time"


def test_acceptance_that_a_kill_cut_short_is_done_again(app):
    correction = keep_correction(np.zeros((48, 48, 1), np.uint8), Expression.FEAR, None, "mien-8", "abc")
    left = {file: file.read_bytes() for file in correction.picture.parent.glob(f"{correction.id}.*")}
    accept_correction(correction, "Ada")
    for file, content in left.items():
        file.write_bytes(content)
    app.session_state["analyst"] = "Ada"
    app.switch_page("../pages/review.py").run()
    assert not app.exception
    app.button(key=f"accept-{correction.id}").click().run()
    assert not app.exception
    assert (waiting_corrections(), [one.id for one in accepted_corrections()]) == ((), [correction.id])


def test_who_is_no_analyst_any_more_accepts_and_deletes_nothing(app):
    kept = keep_correction(np.zeros((48, 48, 1), np.uint8), Expression.FEAR, None, "mien-8", "abc")
    app.switch_page("../pages/review.py")
    app.session_state["analyst"] = "Ada"
    app.run()
    for action in ("accept", "delete"):
        button = app.button(key=f"{action}-{kept.id}")
        del app.session_state["analyst"]
        button.click().run()
        assert "Only an analyst may do this" in app.error[0].value
        assert waiting_corrections() == (kept,)
        app.session_state["analyst"] = "Ada"
        app.run()


def test_every_face_can_be_reached_however_many_there_are(app):
    crop = np.zeros((48, 48, 1), np.uint8)
    kept = [keep_correction(crop, Expression.FEAR, None, "mien-8", "abc") for _ in range(45)]
    for one in kept:
        accept_correction(one, "Ada")
    oldest = accepted_corrections()[0]
    app.session_state["analyst"] = "Ada"
    app.switch_page("../pages/review.py").run()
    assert not keyed(app.button, f"delete-accepted-{oldest.id}")
    app.button(key="more-accepted").click().run()
    assert not keyed(app.button, "more-")
    app.button(key=f"delete-accepted-{oldest.id}").click().run()
    assert not app.exception
    assert oldest.id not in [one.id for one in accepted_corrections()]
