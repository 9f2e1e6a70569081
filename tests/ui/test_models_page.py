import pytest
from streamlit.testing.v1 import AppTest

from core.bundles import bundle_names, find_bundle
from tests.ui.conftest import open_page
from ui.score_cards import by_person, leaking_beside


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
        assert (f"{label} ({score.data})", f"{score.accuracy.value:.1%}") in figures


def test_score_that_leaks_stands_beside_none_of_other_data():
    card = find_bundle("mien-8").card
    assert leaking_beside(card, next(score for score in card.scores if score.data == "FER+ valid")) is None


def test_card_says_what_it_abstains_on_and_the_model_card_can_be_read(app):
    app.run()
    said = " ".join(element.value for element in app.markdown)
    assert "It gives no answer to 11% of FER+ valid, where it is less than 55% sure or doubts" in said
    assert "#### What it must not be used for" in said


def test_two_models_answer_to_one_picture(app):
    app.run()
    assert [title.value for title in app.title] == ["Happiness", "Happiness"]


def test_page_with_one_damaged_model_shows_the_others(app, home):
    (home / "models" / "broken").mkdir(parents=True)
    (home / "models" / "broken" / "card.json").write_text("{}")
    app.run()
    assert not app.exception
    assert "card of the model broken is damaged" in app.error[0].value
    assert app.metric
