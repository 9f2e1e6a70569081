import shutil

import pytest
from streamlit.testing.v1 import AppTest

from core.bundles import GroupScore, Interval, bundle_names, find_bundle
from core.settings import settings
from tests.training.test_registry import copy_bundle
from tests.ui.conftest import open_page
from training.cards import write_card
from training.registry import promote
from ui.score_cards import by_person, leaking_beside
from ui.words import plain


@pytest.fixture
def app(home) -> AppTest:
    return open_page("models", 60)


def test_every_model_has_its_honest_score_as_headline_and_the_leaking_one_named_so(app):
    app.run()
    assert not app.exception
    figures = [(metric.label, metric.value) for metric in app.metric]
    for name in bundle_names():
        score = find_bundle(name).card.headline
        assert f"{score.accuracy.value:.1%}" in [value for _, value in figures]
    assert bundle_names()[0] in [heading.value for heading in app.subheader]
    card = find_bundle("mien-8").card
    unseen, leaking = by_person(card), leaking_beside(card, by_person(card))
    assert (unseen.data, leaking.data) == ("CK+48", "CK+48")
    for label, score in (("Right on people it never saw", unseen), ("The score that leaks", leaking)):
        assert (f"{label} ({plain(score.data)})", f"{score.accuracy.value:.1%}") in figures


def test_score_that_leaks_stands_beside_none_of_other_data():
    card = find_bundle("mien-8").card
    assert leaking_beside(card, next(score for score in card.scores if score.data == "FER+ valid")) is None


@pytest.fixture
def changed(home):
    """The card of a shipped model with changes, as the Models page shows it, and all that it says."""

    def show(**changes) -> tuple[AppTest, str]:
        shipped = find_bundle("ckplus-reference")
        shutil.copytree(shipped.folder, home / "models" / "changed")
        write_card(
            shipped.card.model_copy(update={"name": "changed", **changes}), home / "models" / "changed"
        )
        app = AppTest.from_function(_one_card, default_timeout=60).run()
        assert not app.exception
        tables = [table.value.to_string() for table in app.dataframe]
        return app, " ".join([*tables, *(str(one.value) for one in (*app.markdown, *app.caption))])

    return show


def test_model_of_unnamed_faces_claims_no_score_on_people(changed):
    card = find_bundle("ckplus-reference").card
    scores = tuple(score.model_copy(update={"subjects": None}) for score in card.scores)
    assert by_person(card) is card.scores[0]
    assert by_person(card.model_copy(update={"scores": scores})) is None
    app, said = changed(scores=scores)
    assert f"Right on faces it never saw ({plain('CK+48')})" in [metric.label for metric in app.metric]
    assert "no near-copy stands on both sides; who is shown is not known" in said
    assert "nobody in the test part" not in said


def test_groups_say_on_which_pictures_and_are_no_limit_once_they_were_measured(changed):
    group = GroupScore(
        attribute="age",
        group="young",
        data="mine",
        leaks=True,
        n=40,
        accuracy=Interval(value=0.8, low=0.7, high=0.9),
        unanswered=0.1,
    )
    _, said = changed(groups=(group,))
    assert "**Leaks:** it had learned from these pictures. Measured on crops of mine." in said
    assert "80.0% (70.0% to 90.0%)" in said
    assert "for another was not measured" not in said
    assert "neither age, gender nor skin colour" not in said


def _one_card():
    from ui.score_cards import score_card

    score_card("changed", serving=False)


def test_card_says_what_it_abstains_on_and_the_model_card_can_be_read(app):
    app.run()
    said = " ".join(element.value for element in app.markdown)
    card = find_bundle("mien-8").card
    unanswered, least = 1 - card.headline.coverage, card.thresholds.confidence
    sentence = f"It gives no answer to {unanswered:.0%} of FER+ valid, where it is less than {least:.0%} sure"
    assert sentence in said
    assert "#### What it must not be used for" in said


def test_leaking_score_says_how_much_it_leaks(app):
    app.run()
    card = find_bundle("mien-8").card
    share = leaking_beside(card, by_person(card)).leak
    said = f"Near-copies of {share:.0%} of the test faces were learned from. Do not believe it."
    whose = "It was measured by another training of this recipe."
    assert f"{said} {whose}" in [text.value for text in app.caption]


def test_two_models_answer_to_one_picture(app):
    app.run()
    assert [header.value for header in app.header] == ["Happiness", "Happiness"]


def test_of_several_pictures_the_one_that_is_read_is_named(app, portrait_file):
    app.run()
    app.segmented_control(key="source").set_value("Upload").run()
    for name in ("first.png", "second.png"):
        app.file_uploader(key="uploads").upload(name, portrait_file.read_bytes(), "image/png")
    app.run()
    assert not app.exception
    assert "Only first.png is read here, the first of 2" in " ".join(text.value for text in app.caption)
    assert [header.value for header in app.header] == ["Happiness", "Happiness"]


def test_page_with_one_damaged_model_shows_the_others(app, home):
    (home / "models" / "broken").mkdir(parents=True)
    (home / "models" / "broken" / "card.json").write_text("{}")
    app.run()
    assert not app.exception
    assert "card of the model broken is damaged" in app.error[0].value
    assert app.metric


@pytest.mark.parametrize("name", ["sample", "pair"])
def test_model_may_have_any_name_and_its_title_is_no_markdown(app, home, name):
    promote(copy_bundle(home, name, "3*3 kernels, 2*width"), "ada", "better on our photos")
    app.run()
    assert not app.exception
    assert "3\\*3 kernels, 2\\*width" in [text.value for text in app.caption]


def test_analyst_may_let_any_model_serve_and_throws_away_what_was_trained_here_alone(app, home, monkeypatch):
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    copy_bundle(home, "third")
    offered = {f"{way}-{name}" for way in ("promote", "discard") for name in bundle_names()}
    app.run()
    assert not offered & {button.key for button in app.button}, "a visitor decides nothing"
    app.session_state["analyst"] = "Ada"
    app.run()
    assert offered & {button.key for button in app.button} == {
        "promote-ckplus-reference",
        "promote-third",
        "discard-third",
    }
    app.button(key="promote-third").click().run()
    assert not app.exception
