import keras
import pytest

from core.bundles import Bundle, find_bundle
from core.errors import RecipeError
from training.initial import start_from
from training.networks import build_network
from training.recipe import load_recipe
from training.starting import on_top_of, require_start

FINE_TUNE = load_recipe("finetune")


def bundle_of(recipe: str, folder) -> Bundle:
    """What a training with a recipe leaves, as far as another one goes on from it."""
    recipe = load_recipe(recipe)
    build_network(recipe, 7).save(folder / "model.keras")
    card = find_bundle("ckplus-reference").card
    training = card.training.model_copy(update={"recipe": recipe.model_dump(mode="json")})
    return Bundle(folder, card.model_copy(update={"training": training}), "0")


@pytest.mark.parametrize("recipe", ["drawn", "quick", "reference", "recommended"])
def test_fine_tuning_takes_up_what_a_model_of_any_recipe_has_learned(tmp_path, recipe):
    bundle = bundle_of(recipe, tmp_path)
    fitting = on_top_of(bundle, FINE_TUNE)
    assert (fitting.epochs, fitting.learning_rate) == (FINE_TUNE.epochs, FINE_TUNE.learning_rate)
    network = build_network(fitting, 8)
    start_from(network, tuple(range(8)), bundle)
    source = keras.saving.load_model(tmp_path / "model.keras")
    assert all(
        (own == other).all()
        for own, other in zip(network.get_weights()[:-2], source.get_weights()[:-2], strict=True)
    )


def test_model_without_weights_to_go_on_from_is_refused(tmp_path):
    bundle = find_bundle("mien-8")
    with pytest.raises(RecipeError, match=r"mien-8 has no model\.keras to go on from"):
        on_top_of(Bundle(tmp_path, bundle.card, bundle.digest), FINE_TUNE)


def test_model_of_the_recipes_own_network_is_taken():
    require_start(FINE_TUNE, "mien-8")
