from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.bundles import bundle_names, find_bundle

MAIN = str(Path(__file__).parents[2] / "ui" / "main.py")


@pytest.fixture
def app(home) -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=60).switch_page("../pages/models.py")


def test_every_model_has_its_honest_score_as_headline_and_the_leaking_one_named_so(app):
    app.run()
    assert not app.exception
    values = {metric.label: metric.value for metric in app.metric}
    for name in bundle_names():
        score = find_bundle(name).card.headline
        assert f"{score.accuracy.value:.1%}" in values.values()
    assert any(label.startswith("The score that leaks") for label in values)
    assert bundle_names()[0] in [heading.value for heading in app.subheader]


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
