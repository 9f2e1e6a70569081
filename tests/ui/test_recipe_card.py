import json
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.training.conftest import make_recipe
from tests.training.jobs.conftest import no_worker
from tests.training.test_devices import bare_cards, cards  # noqa: F401 - fixtures
from tests.training.test_registry import copy_bundle
from training.devices import has_cuda
from training.jobs import JobSpec, table
from training.recipe import load_recipe
from training.registry import promote

SPEC = JobSpec(recipe=make_recipe(), data=("drawn",), name="tiny")


def recipe_card(divided: bool) -> None:
    from training.recipe import load_recipe
    from ui.retrain.recipe import adjust, device_card

    adjust(load_recipe("quick"), ("drawn",), divided)
    device_card(load_recipe("quick"))


@pytest.mark.parametrize("divided", [True, False])
def test_own_division_of_the_data_is_offered_where_they_have_one(home, divided):
    card = AppTest.from_function(recipe_card, default_timeout=60, kwargs={"divided": divided}).run()
    assert not card.exception
    splits = card.radio[0].options
    assert splits[0].startswith("By person")
    assert any("own division" in split for split in splits) is divided


@pytest.mark.skipif(
    sys.platform == "win32", reason="the stand-in for NVIDIA's tool is a script with a first line"
)
@pytest.mark.usefixtures("cards")
def test_every_card_is_named_with_what_it_trains_and_the_queue_is_counted(home, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    no_worker(monkeypatch)
    for name in ("first", "second"):
        table.add(SPEC.model_copy(update={"name": name}), "ada")
    table.claim("gpu:1")
    card = AppTest.from_function(recipe_card, default_timeout=60, kwargs={"divided": False}).run()
    told = [caption.value for caption in card.caption]
    assert "NVIDIA H100, 80 GB · bfloat16 · free" in told[0]
    assert "NVIDIA GB10" in told[1]
    assert told[1].endswith("trains first")
    assert "1 job before it in the queue" in told[2]


def presets() -> None:
    from ui.retrain.recipe import adjust, choose_recipe

    adjust(choose_recipe(1000, "quick"), ("drawn",), divided=False)


def times(card: AppTest) -> dict[str, str]:
    return dict(zip(card.radio[0].options, card.radio[0].proto.captions, strict=True))


def test_expected_time_is_of_as_many_epochs_as_were_asked_for(home):
    card = AppTest.from_function(presets, default_timeout=60).run()
    before = times(card)
    card.number_input(key="epochs-quick").set_value(1).run()
    assert not card.exception
    after = times(card)
    assert before["Quick"] != after["Quick"]
    assert "About 40 seconds here" in after["Quick"]
    assert before["Recommended"] == after["Recommended"]
    card.number_input(key="epochs-quick").set_value(30).run()
    card.number_input(key="members-quick").set_value(8).run()
    assert "minutes here" in times(card)["Quick"] != before["Quick"]


@pytest.mark.skipif(
    sys.platform == "win32", reason="the stand-in for NVIDIA's tool is a script with a first line"
)
@pytest.mark.usefixtures("cards")
def test_no_time_is_promised_on_a_card_that_has_trained_nothing(home, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    card = AppTest.from_function(presets, default_timeout=60).run()
    assert times(card)["Quick"].endswith("How long it takes here is known after the first such training.")


@pytest.mark.skipif(
    sys.platform == "win32", reason="the stand-in for NVIDIA's tool is a script with a first line"
)
@pytest.mark.skipif(has_cuda(), reason="CUDA's libraries are here")
@pytest.mark.usefixtures("bare_cards")
def test_cards_without_libraries_are_named_with_what_to_do(home, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    card = AppTest.from_function(recipe_card, default_timeout=60, kwargs={"divided": False}).run()
    assert "NVIDIA H100 is here, but CUDA's libraries are not" in card.warning[0].value
    assert "cores" in card.caption[0].value


def finetuned() -> None:
    import streamlit as st

    from ui.retrain.recipe import adjust, choose_recipe

    spec = adjust(choose_recipe(1000, "quick"), ("drawn",), divided=False)
    st.text(spec.model_dump_json() if spec else "")


def drawn_champion(home) -> Path:
    """A champion of the recipe for drawn faces, as far as its card goes."""
    folder = home / "models" / copy_bundle(home, "doodles")
    card = json.loads((folder / "card.json").read_text())
    card["training"]["recipe"] = load_recipe("drawn").model_dump(mode="json")
    (folder / "card.json").write_text(json.dumps(card))
    promote("doodles", "ada")
    return folder


def test_fine_tuning_goes_on_with_the_network_of_the_champion(home):
    drawn_champion(home)
    card = AppTest.from_function(finetuned, default_timeout=60).run()
    card.radio(key="recipe-quick").set_value("finetune").run()
    assert not card.exception
    assert not card.error
    spec = JobSpec.model_validate_json(card.text[0].value)
    drawn, tuning = load_recipe("drawn"), load_recipe("finetune")
    assert (spec.recipe.widths, spec.recipe.dropout, spec.recipe.mirror) == (
        drawn.widths,
        drawn.dropout,
        False,
    )
    assert (spec.recipe.epochs, spec.recipe.draws, spec.initial) == (tuning.epochs, tuning.draws, "doodles")
    card.number_input(key="members-finetune").set_value(3).run()
    assert JobSpec.model_validate_json(card.text[0].value).recipe.members == 3


def test_champion_without_weights_is_not_offered_for_fine_tuning_and_why_is_said(home):
    folder = drawn_champion(home)
    card = json.loads((folder / "card.json").read_text())
    del card["files"]["model.keras"]
    (folder / "card.json").write_text(json.dumps(card))
    (folder / "model.keras").unlink()
    page = AppTest.from_function(finetuned, default_timeout=60).run()
    assert not page.exception
    assert page.radio(key="recipe-quick").options == ["Drawn demo", "Quick", "Reference", "Recommended"]
    assert "doodles has no model.keras to go on from" in page.caption[0].value
    assert JobSpec.model_validate_json(page.text[0].value).recipe.name == "quick"
