"""What a cross-validation came to, as a file that `fit --crossval` reads."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.bundles import Bundle, Refusal, Score
from core.errors import DataError
from training.datasets.labelled import LabelledCrops
from training.recipe import Recipe
from training.splits import SplitKind


class CrossValidation(BaseModel):
    """The pooled result, as it is written to `crossval.json` and copied into a card."""

    model_config = ConfigDict(frozen=True)

    recipe: Recipe
    split: SplitKind
    folds: int
    seed: int
    initial: str | None
    initial_digest: str | None = Field(None, description="of `initial`; None: not recorded")
    teacher: str | None = Field(None, description="None: none, or not recorded")
    teacher_digest: str | None = None
    data_digest: str
    grouping_digest: str | None = Field(None, description="None: not recorded")
    scores: tuple[Score, ...]
    refusal: Refusal | None


def read_crossval(
    path: Path,
    recipe: Recipe,
    crops: LabelledCrops,
    initial: Bundle | None,
    teacher: Bundle | None = None,
    split: SplitKind = "subject",
) -> CrossValidation:
    """Read what an earlier cross-validation of the same training wrote.

    Args:
        crops: to train on, as `load` gives them.
        initial: bundle that the training starts from.
        teacher: bundle that it learns from besides the labels.
        split: by which faces are kept apart to choose by.

    Raises:
        DataError: the file cannot be read, or judges another training: its recipe, data, start, teacher
            or split.
    """
    try:
        found = CrossValidation.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise DataError(f"{path} is not a cross-validation: write it with `crossval --output`.") from None
    if found.recipe != recipe:
        raise DataError(
            f"{path} judges another recipe ({found.recipe.name}) or other settings: cross-validate again."
        )
    if found.split != split:
        raise DataError(
            f"{path} judges folds of the {found.split} split, and this training is to use the {split} split: "
            f"say --split {found.split}, or cross-validate again."
        )
    start = initial.name if initial else None
    other_start = found.initial_digest is not None and initial and found.initial_digest != initial.digest
    if (found.data_digest, found.initial) != (crops.digest, start) or other_start:
        raise DataError(f"{path} judges other data or another model to start from: cross-validate again.")
    if found.teacher_digest != (teacher.digest if teacher else None):
        raise DataError(f"{path} judges what another teacher taught, or none: cross-validate again.")
    if found.grouping_digest not in {None, crops.grouping_digest}:
        raise DataError(f"{path} judges the same pictures with other people or parts: cross-validate again.")
    return found
