"""Which model answers on the Photo page, and what is said where it cannot."""

import json
import shutil

import pytest

from core.bundles import bundle_names
from core.settings import settings
from ui.models import SERVED


def test_honest_score_stands_beside_the_model(app):
    app.run()
    captions = " ".join(caption.value for caption in app.sidebar.caption)
    assert "it never saw" in captions


@pytest.mark.parametrize("model", bundle_names())
def test_link_with_sample_and_model_works_cold(app, model):
    app.query_params["sample"] = "astronaut"
    app.query_params["model"] = model
    app.run()
    assert not app.exception
    assert app.selectbox(key="model").value == model
    assert app.header[0].value == "Happiness"


def test_damaged_bundle_gives_one_sentence(app, tmp_path, monkeypatch):
    shipped = settings().shipped_models / bundle_names()[0]
    copy = tmp_path / "models" / shipped.name
    shutil.copytree(shipped, copy)
    card = json.loads((copy / "card.json").read_text())
    del card["temperature"]
    (copy / "card.json").write_text(json.dumps(card))
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    settings.cache_clear()
    try:
        app.query_params["model"] = shipped.name
        app.run()
        assert not app.exception
        assert "temperature" in app.main.error[0].value
        app.button[0].click().run()
        assert app.header[0].value == "Happiness"
    finally:
        settings.cache_clear()


def test_link_to_what_serves_needs_no_warning(app):
    app.query_params["model"] = SERVED
    app.run()
    assert not app.warning
    assert app.header[0].value == "Happiness"


@pytest.mark.parametrize("content", [b"ghost", b"", b"\xff\xfe"])
def test_champion_that_is_not_there_is_said_and_another_answers(app, tmp_path, monkeypatch, content):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "champion").write_bytes(content)
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    settings.cache_clear()
    try:
        app.run()
        assert not app.exception
        assert "answers instead" in app.warning[0].value
        assert app.header
    finally:
        settings.cache_clear()


def test_page_without_any_model_says_what_to_do(app, tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_SHIPPED_MODELS", str(tmp_path))
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    settings.cache_clear()
    try:
        app.run()
        assert "restore the models folder" in app.main.error[0].value
        app.switch_page("../pages/about.py").run()
        assert "restore the models folder" in app.main.error[0].value
    finally:
        settings.cache_clear()


def test_about_page_names_every_model_with_its_honest_score(app):
    app.run()
    app.switch_page("../pages/about.py").run()
    assert not app.exception
    text = " ".join(m.value for m in app.markdown)
    for name in bundle_names():
        assert name in text
    assert "honest" in text
