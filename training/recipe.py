"""What a training does, as data: frozen recipes read from small TOML files."""

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import RecipeError

RECIPES: Final = Path(__file__).parent / "recipes"

MIN_WIDTH: Final = 16
"""TensorFlow 2.21's oneDNN corrupts memory in the gradient of a strided convolution from 8 channels to 16."""

MOST_SEED: Final = 2**32 - 1
"""NumPy's generators take no more."""

MOST_MEMBERS: Final = 8
"""Each takes as long to train and to ask as one alone."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AugmentationRecipe(_Frozen):
    """Random changes of a crop; each is drawn anew every time a crop is seen. Zero is off."""

    rotation: float = Field(0.0, ge=0, le=180, description="degrees, either way")
    shift: float = Field(0.0, ge=0, le=0.5, description="share of width and of height, either way")
    shear: float = Field(0.0, ge=0, le=45, description="degrees, either way, as in ImageDataGenerator")
    zoom: float = Field(0.0, ge=0, lt=1, description="share, larger or smaller, each axis by itself")
    flip: bool = Field(False, description="mirror every second crop")
    brightness: float = Field(0.0, ge=0, le=1, description="share of the full range, either way")
    contrast: float = Field(0.0, ge=0, lt=1, description="share, stronger or weaker")
    blur: float = Field(0.0, ge=0, le=1, description="share of crops that are blurred")
    noise: float = Field(0.0, ge=0, le=0.5, description="largest standard deviation, share of the full range")
    erase: float = Field(0.0, ge=0, le=1, description="share of crops in which a rectangle is erased")


class Recipe(_Frozen):
    """One way to train."""

    name: str
    description: str
    network: Literal["reference", "residual"]
    stem: int = Field(16, ge=MIN_WIDTH, le=2048, description="channels at full resolution")
    widths: tuple[Annotated[int, Field(ge=MIN_WIDTH, le=2048)], ...] = Field(
        (), max_length=4, description="channels of the residual network's stages, each half as large"
    )
    dropout: float = Field(0.0, ge=0, lt=1)
    epochs: int = Field(ge=1, le=1000)
    batch_size: int = Field(64, ge=1, le=4096)
    optimizer: Literal["adam", "adamw"] = "adam"
    learning_rate: float = Field(1e-3, gt=0, le=1)
    weight_decay: float = Field(0.0, ge=0, le=1)
    schedule: Literal["plateau", "cosine"] = "cosine"
    warmup_epochs: float = Field(0.0, ge=0)
    plateau_patience: int = Field(5, ge=1)
    plateau_factor: float = Field(0.2, gt=0, lt=1)
    plateau_floor: float = Field(1e-5, gt=0)
    early_stopping: int | None = Field(
        None, ge=1, description="epochs without a better inner loss; none: off"
    )
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    mixup: float = Field(0.0, ge=0, le=1, description="alpha of the beta distribution; 0 is off")
    ema: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="momentum of the averaged weights, less where a training is short; none: off",
    )
    keep_initial: float = Field(
        0.0, ge=0, lt=1, description="share of the weights that training started from in those it leaves"
    )
    mirror: bool = Field(False, description="answer for a crop and its mirror image, averaged")
    members: int = Field(
        1,
        ge=1,
        le=MOST_MEMBERS,
        description="networks that learn one after another and whose answers are averaged",
    )
    teacher_share: float = Field(
        0.7,
        ge=0,
        le=1,
        description="where there is a teacher, its answer's part in what a crop is taught as",
    )
    draws: int | None = Field(None, ge=1, description="crops an epoch sees; none: as many as there are")
    balance: float = Field(
        0.0, ge=0, le=1, description="draw a class by its share to the power of minus this"
    )
    source_weights: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict, description="draw a data set more or less often"
    )
    made_nonfaces: int = Field(0, ge=0, description="crops without a face to make and learn to refuse")
    recut: bool = Field(True, description="cut crops again on the template that serving uses")
    inner_share: float = Field(0.1, gt=0, lt=0.5, description="part of the training data kept for choices")
    precision: Literal["auto", "float32"] = "auto"
    runtime: Literal["float32", "dynamic"] = Field(
        "float32", description="how the served model keeps its numbers; dynamic: weights in int8"
    )
    augmentation: AugmentationRecipe = AugmentationRecipe()

    def adjusted(self, **changes: object) -> Self:
        """The same with other settings; those that are None stay.

        Raises:
            RecipeError: a setting is out of range.
        """
        wanted = {name: value for name, value in changes.items() if value is not None}
        try:
            return self.model_validate(self.model_dump() | wanted)
        except ValidationError as error:
            raise RecipeError(_first_fault(self.name, error)) from None

    @property
    def all_epochs(self) -> int:
        """Those of all members, one after another."""
        return self.epochs * self.members

    @model_validator(mode="after")
    def _shape_of_a_residual_network(self) -> Self:
        if self.network == "residual" and not self.widths:
            raise ValueError("a residual network needs `widths`, the channels of each stage")
        return self

    @model_validator(mode="after")
    def _one_way_to_choose_weights(self) -> Self:
        if self.ema is not None and self.early_stopping is not None:
            raise ValueError("use either ema or early_stopping: the weights kept would not be those judged")
        return self


def load_recipe(name: str) -> Recipe:
    """Load a recipe by name from `training/recipes`, or from a path to a TOML file.

    Raises:
        RecipeError: there is no such recipe, or a setting is unknown or out of range.
    """
    path = Path(name) if name.endswith(".toml") else RECIPES / f"{name}.toml"
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        known = ", ".join(recipe_names())
        raise RecipeError(f"There is no recipe {name!r}: choose one of {known}.") from None
    except OSError as error:
        raise RecipeError(
            f"The recipe {path} cannot be read ({error.strerror}): name another file."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"The recipe {path.name} is not valid TOML: {error}.") from None
    except ValidationError as error:
        raise RecipeError(_first_fault(path.name, error)) from None


def recipe_names() -> tuple[str, ...]:
    """Names of the recipes that come with Mien, as `load_recipe` takes them."""
    files = (path.relative_to(RECIPES) for path in RECIPES.rglob("*.toml"))
    return tuple(sorted(file.with_suffix("").as_posix() for file in files))


def _first_fault(name: str, error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the whole"
    return f"In the recipe {name}, {where}: {first['msg'].lower()}."
