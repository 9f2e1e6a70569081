import io
from importlib.resources import files

import cv2
import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.images import MAX_BYTES
from core.readings import Reading
from tests.conftest import WRONG_EXIF, encode, pixel_bomb
from tests.ui.conftest import open_page
from ui.pictures import annotate
from ui.samples import SAMPLES
from ui.session import read_all


def upload(app: AppTest, *pictures: tuple[str, bytes]) -> AppTest:
    app.run()
    app.segmented_control(key="source").set_value("Upload").run()
    for name, data in pictures:
        app.file_uploader(key="uploads").upload(name, data, "image/png")
    app.run()
    assert not app.exception
    return app


def astronaut() -> bytes:
    return files("skimage.data").joinpath("astronaut.png").read_bytes()


def drawing() -> np.ndarray:
    """A face of four strokes."""
    canvas = np.full((400, 400, 3), 255, np.uint8)
    cv2.circle(canvas, (200, 200), 150, (0, 0, 0), 4)
    for x in (150, 250):
        cv2.circle(canvas, (x, 160), 15, (0, 0, 0), -1)
    cv2.ellipse(canvas, (200, 250), (70, 40), 0, 0, 180, (0, 0, 0), 5)
    return canvas


def animation() -> bytes:
    portrait = Image.open(io.BytesIO(astronaut())).convert("RGB")
    return encode(portrait, "GIF", save_all=True, append_images=[Image.new("RGB", portrait.size)])


def test_first_glance_shows_a_real_face_and_its_expression(app):
    app.run()
    assert not app.exception
    assert app.header[0].value == "Happiness"
    assert "NASA" in " ".join(caption.value for caption in app.caption)


def test_why_this_answer_shows_both_maps_and_names_the_parts_of_the_face(app):
    app.session_state["why"] = True
    app.run()
    assert not app.exception
    said = " ".join(element.value for element in (*app.markdown, *app.caption))
    assert "“Happiness” rests mostly on **the mouth and chin**" in said
    assert "Hidden, this would cost the answer most" in said
    assert "Here the network lights up for it" in said
    assert "still happiness" in said


def test_why_this_answer_is_computed_only_once_it_is_opened(app):
    app.run()
    assert "rests mostly on" not in " ".join(element.value for element in app.markdown)
    assert "explanations" not in app.session_state


def test_cat_gets_no_answer_and_the_reason(app):
    app.query_params["sample"] = "cat"
    app.run()
    assert app.header[0].value == "No answer"
    assert "No face was found" in " ".join(text.value for text in app.markdown)


@pytest.mark.parametrize("what", ["sample", "model"])
def test_unknown_choice_in_a_link_gives_one_sentence_and_an_answer(app, what):
    app.query_params[what] = "nonsense"
    app.run()
    assert not app.exception
    assert "nonsense" in app.warning[0].value
    assert app.header[0].value == "Happiness"


def test_uploaded_portrait_is_read(app):
    upload(app, ("portrait.png", astronaut()))
    assert app.header[0].value == "Happiness"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.png", b""),
        ("text.jpg", b"this is no picture"),
        ("cut.png", astronaut()[:9000]),
        ("pixel.png", encode(np.zeros((1, 1, 3), np.uint8))),
        ("strip.png", encode(np.zeros((10, 20_000, 3), np.uint8))),
        ("bomb.png", pixel_bomb()),
        ("large.png", astronaut().ljust(MAX_BYTES + 1)),
        ("drawing.png", encode(drawing())),
        ("animation.gif", animation()),
        ("wrong-exif.jpg", encode(Image.open(io.BytesIO(astronaut())), "JPEG", exif=WRONG_EXIF)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_upload_gives_one_sentence_and_the_page_goes_on(app, name, data):
    upload(app, (name, data))
    said = [error.value for error in app.error] + [header.value for header in app.header]
    assert len(said) == 1
    app.segmented_control(key="source").set_value("Sample").run()
    assert app.header[0].value == "Happiness"


def test_many_pictures_stand_in_a_table_and_a_failed_one_says_so_in_its_row(app):
    upload(app, ("portrait.png", astronaut()), ("broken.png", b"nothing"), ("portrait-2.png", astronaut()))
    table = app.dataframe[0].value
    assert list(table["Picture"]) == ["portrait.png", "broken.png", "portrait-2.png"]
    assert table["Expression"][0] == "Happiness"
    assert table["Expression"][1] == "Not read"
    assert table["Sure"][0] > 80
    assert table[""][0].startswith("data:image/")
    assert app.header[0].value == "Happiness"


def test_of_more_pictures_than_memory_should_hold_the_first_are_read_and_that_is_said(app, monkeypatch):
    monkeypatch.setattr("ui.sources.MOST", 2)
    upload(app, *((f"{number}.png", astronaut()) for number in range(3)))
    assert list(app.dataframe[0].value["Picture"]) == ["0.png", "1.png"]
    assert "The first 2 of 3 pictures are read here" in app.warning[0].value


def faces_of(app):
    """The choice among faces, as pills or as a table."""
    return next(element for element in [*app.pills, *app.dataframe] if str(element.key).startswith("face-"))


def test_every_one_of_several_faces_can_be_chosen(app):
    app.query_params["sample"] = "drawn-group"
    app.run()
    faces = faces_of(app)
    answers = []
    for number, option in enumerate(faces.options):
        faces_of(app).set_value(number).run()
        assert not app.exception
        assert option == f"{number + 1} {app.header[0].value}"
        answers.append(app.header[0].value)
    assert len(set(answers)) > 2, "each face has an answer of its own"


def test_face_chosen_in_one_picture_chooses_none_in_the_next(app):
    face = np.asarray(Image.open(io.BytesIO(astronaut())).convert("RGB"))[:256, 96:352]
    upload(app, ("two.png", encode(np.concatenate([face, face[:, ::-1]], axis=1))))
    faces_of(app).set_value(1).run()
    upload(app, ("mirrored.png", encode(np.concatenate([face[:, ::-1], face], axis=1))))
    assert faces_of(app).value == 0


def test_forty_faces_stand_in_a_table_and_any_can_be_chosen(app):
    face = np.asarray(
        Image.open(io.BytesIO(astronaut())).convert("RGB").crop((96, 0, 352, 256)).resize((128, 128))
    )
    crowd = np.tile(face, (5, 8, 1))
    crowd[-128:, -128:] //= 12  # the last one stands in the dark
    upload(app, ("forty.png", encode(crowd)))
    faces = faces_of(app)
    assert list(faces.value["Face"]) == list(range(1, 41))
    expressions = list(faces.value["Expression"])
    assert expressions.count("Happiness") == 39
    dark = next(row for row, expression in enumerate(expressions) if expression != "Happiness")
    app.session_state[faces.key] = {"selection": {"rows": [dark], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    assert app.header[0].value == "No answer"


def test_uploads_are_still_there_after_a_look_at_another_page(app):
    upload(app, ("portrait.png", astronaut()))
    app.switch_page("../pages/about.py").run()
    app.switch_page("../pages/photo.py").run()
    assert app.segmented_control(key="source").value == "Upload"
    assert "portrait.png" in " ".join(caption.value for caption in app.caption)
    assert app.header[0].value == "Happiness"
    next(button for button in app.button if button.label == "Remove").click().run()
    assert not app.header
    assert not app.exception


def test_file_that_is_no_picture_is_told_so_in_a_sentence(app):
    upload(app, ("notes.txt", b"this is no picture"))
    assert "notes.txt" in app.error[0].value


def test_camera_opens_only_after_the_notice_was_answered(app):
    app.run()
    app.segmented_control(key="source").set_value("Camera").run()
    assert "never stored" in app.info[0].value
    assert not app.get("camera_input")
    app.toggle(key="camera_consent").set_value(True).run()
    assert app.get("camera_input")


def test_pictures_read_before_a_click_in_between_are_not_read_again(champion, monkeypatch):
    state = {}
    monkeypatch.setattr("streamlit.session_state", state)
    sources = [(f"{number}.png", astronaut()) for number in range(3)]

    def click_after_two(done):
        if done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        read_all(sources, champion, progress=click_after_two)
    before = dict(state["readings"])
    assert len(before) == 2
    (found,) = read_all(sources, champion)
    assert [shown.name for shown in found] == ["0.png", "1.png", "2.png"]
    assert all(before[key] is state["readings"][key] for key in before)
    read_all(sources[:1], champion)
    assert len(state["readings"]) == 1, "what is no longer shown is forgotten"


def test_picture_that_is_not_there_any_more_is_forgotten_wherever_it_was_read(app):
    app.run()
    assert len(app.session_state["readings"]) == 1
    models = open_page("models", 60)
    models.session_state["readings"] = app.session_state["readings"]
    models.run()
    models.segmented_control(key="source").set_value("Camera").run()
    assert not models.exception
    assert "readings" not in models.session_state


def test_address_that_the_browser_goes_back_to_is_what_is_shown(app):
    app.query_params["sample"] = "cat"
    app.run()
    app.pills(key="sample").set_value("drawn-group").run()
    assert app.query_params["sample"] == "drawn-group"
    app.query_params["sample"] = "cat"  # Back
    app.run()
    assert not app.exception
    assert app.pills(key="sample").value == "cat"
    assert SAMPLES["cat"].attribution in [caption.value for caption in app.caption]


def test_number_leaves_a_face_in_a_small_picture_to_be_seen():
    small = Image.new("RGB", (60, 60), "white")
    face = Reading(
        box=(15, 15, 30, 30), label=None, abstained=None, probabilities={}, face=None, quality=None
    )
    drawn = annotate(small, 1.0, [face], 0)
    assert min(drawn.size) >= 300
    left, top, right, bottom = (round(5 * edge) for edge in (15, 15, 45, 45))
    inside = np.asarray(drawn)[top + 4 : bottom - 4, left + 4 : right - 4]
    assert (inside == 255).all(axis=2).mean() > 0.8
