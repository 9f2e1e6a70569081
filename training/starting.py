"""The model that a training goes on from: whether a recipe fits it is known before any data are read."""

from typing import Final

from core.bundles import KERAS_FILE, Bundle, find_bundle
from core.errors import RecipeError
from training.recipe import Recipe

SHAPE: Final = ("network", "stem", "widths")
NETWORK: Final = (*SHAPE, "dropout", "mirror", "members")


def on_top_of(bundle: Bundle, recipe: Recipe) -> Recipe:
    """The recipe for the network that a bundle has.

    Raises:
        RecipeError: the bundle has no weights to go on from.
    """
    _require_weights(bundle)
    own = bundle.card.training.recipe
    return recipe.adjusted(
        description=f"{bundle.name}, fine-tuned",
        **{name: own.get(name, Recipe.model_fields[name].default) for name in NETWORK},
    )


def require_start(recipe: Recipe, initial: str | None) -> None:
    """Refuse a training that could not begin.

    Args:
        initial: name of the model to go on from; None: from scratch.

    Raises:
        RecipeError: its recipe goes on from a model and none is named, or from one of another network.
        BundleError: there is no such model.
    """
    if initial is None:
        if recipe.keep_initial:
            raise RecipeError(
                f"The recipe {recipe.name} goes on from a model: name one with --from, or choose "
                "another recipe."
            )
        return
    bundle = find_bundle(initial)
    _require_weights(bundle)
    own = bundle.card.training.recipe
    if _shape(own) != _shape(recipe.model_dump()):
        raise RecipeError(
            f"The model {bundle.name}, made with the recipe {own.get('name')}, is another network than "
            f"{recipe.name} asks for: choose the recipe that it was made with, or fine-tune the "
            "champion on the Retrain page."
        )


def _require_weights(bundle: Bundle) -> None:
    if not (bundle.folder / KERAS_FILE).is_file():
        raise RecipeError(
            f"The model {bundle.name} has no {KERAS_FILE} to go on from: choose another model, or train from "
            "scratch."
        )


def _shape(recipe: dict[str, object]) -> tuple[object, ...]:
    """What decides the shapes of the weights; the reference network has one shape only."""
    if recipe.get("network") == "reference":
        return ("reference",)
    return tuple(_plain(recipe.get(name, Recipe.model_fields[name].default)) for name in SHAPE)


def _plain(value: object) -> object:
    """A card keeps a tuple as a list."""
    return tuple(value) if isinstance(value, list) else value
