import sys

import pytest
from streamlit.testing.v1 import AppTest

from tests.training.conftest import make_recipe
from tests.training.jobs.conftest import no_worker
from tests.training.test_devices import cards  # noqa: F401 - a fixture
from training.jobs import JobSpec, table

SPEC = JobSpec(recipe=make_recipe(), data=("drawn",), name="tiny")


def recipe_card(divided: bool) -> None:
    from training.recipe import load_recipe
    from ui.retrain.recipe import adjust, device_card

    adjust(load_recipe("quick"), ("drawn",), divided)
    device_card(load_recipe("quick"))


@pytest.mark.parametrize("divided", [True, False])
def test_own_division_of_the_data_is_offered_where_they_have_one(home, divided):
    card = AppTest.from_function(recipe_card, kwargs={"divided": divided}).run()
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
    card = AppTest.from_function(recipe_card, kwargs={"divided": False}).run()
    told = [caption.value for caption in card.caption]
    assert "NVIDIA H100, 80 GB · bfloat16 · free" in told[0]
    assert "NVIDIA GB10" in told[1]
    assert told[1].endswith("trains first")
    assert "1 job before it in the queue" in told[2]
