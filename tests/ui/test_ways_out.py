"""The dialogs in which a new model's fate is confirmed; a browser runs them apart from their page."""

import pytest
from streamlit.testing.v1 import AppTest

from core.bundles import bundle_names
from core.bundles.store import champion_name
from core.settings import settings
from tests.training.test_registry import copy_bundle
from training.registry import promote, promotions, rollback


def promotion() -> None:
    from core.bundles import find_bundle
    from ui.retrain.ways_out import confirm_promotion

    confirm_promotion("third", find_bundle("third").digest, [], [], "mien-8")


def removal() -> None:
    from ui.retrain.ways_out import confirm_discard

    confirm_discard("third")


@pytest.fixture
def third(home, monkeypatch) -> str:
    """A model that was trained here."""
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    return copy_bundle(home, "third")


def test_promotion_takes_a_reason_and_an_analyst(third):
    dialog = AppTest.from_function(promotion, default_timeout=60)
    dialog.session_state["analyst"] = "Ada"
    dialog.run()
    dialog.button(key="confirm_promotion").click().run()
    assert "Say why" in dialog.error[0].value
    dialog.text_area(key="promotion_note").set_value("right on our photos")
    del dialog.session_state["analyst"]
    dialog.button(key="confirm_promotion").click().run()
    assert "Only an analyst may do this" in dialog.error[0].value
    assert champion_name() == "mien-8"
    dialog.session_state["analyst"] = "Ada"
    promote("ckplus-reference", "Ben")
    dialog.button(key="confirm_promotion").click().run()
    assert "ckplus-reference serves now; decide again" in dialog.error[0].value
    rollback("Ben")
    dialog.button(key="confirm_promotion").click().run()
    assert champion_name() == third
    assert [(entry.by, entry.note) for entry in promotions()][2:] == [("Ada", "right on our photos")]


def test_model_is_thrown_away_by_an_analyst_only(third):
    dialog = AppTest.from_function(removal, default_timeout=60).run()
    dialog.button(key="confirm_discard").click().run()
    assert "Only an analyst may do this" in dialog.error[0].value
    assert third in bundle_names()
    dialog.session_state["analyst"] = "Ada"
    dialog.button(key="confirm_discard").click().run()
    assert third not in bundle_names()
