"""One training from data to a folder that evaluation and export read."""

import json
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import keras

from core.errors import DataError
from training.callbacks.cancel import CANCEL_FILE
from training.datasets.labelled import LabelledCrops
from training.datasets.nonfaces import make_nonfaces
from training.datasets.reading import read
from training.datasets.recutting import recut
from training.fitting import Fitted, fit
from training.precision import has_gpu
from training.recipe import Recipe
from training.splits import Split, SplitKind, split, split_inner

INPUTS_FILE: Final = "inputs.json"
PACKAGES: Final = ("tensorflow", "keras", "numpy", "opencv-python-headless", "ai-edge-litert")


@dataclass(frozen=True, eq=False)
class Parts:
    """The data of one run, divided."""

    train: LabelledCrops
    inner: LabelledCrops
    test: LabelledCrops
    leak: float


def divide(data: LabelledCrops, recipe: Recipe, kind: SplitKind, seed: int) -> Parts:
    """Divide data for a recipe; made non-faces join the training and inner parts only."""
    whole: Split = split(data, kind, seed)
    rest = data.take(whole.train)
    rows, inner_rows = split_inner(rest, kind, recipe.inner_share, seed)
    train, inner = rest.take(rows), rest.take(inner_rows)
    if recipe.made_nonfaces:
        train, inner = (
            LabelledCrops.concatenate(
                [part, make_nonfaces(part.crops, round(recipe.made_nonfaces * share), seed + offset)]
            )
            for part, share, offset in ((train, 1 - recipe.inner_share, 0), (inner, recipe.inner_share, 1))
        )
    return Parts(train, inner, data.take(whole.test), whole.leak)


def load(paths: Sequence[Path], recipe: Recipe) -> LabelledCrops:
    """Read data sets and cut their crops as the recipe asks."""
    data = read(paths)
    return recut(data) if recipe.recut else data


def train_run(
    recipe: Recipe,
    data: LabelledCrops,
    kind: SplitKind,
    seed: int,
    folder: Path,
    resume: bool = False,
    verbose: int = 0,
) -> tuple[Fitted, Parts]:
    """Divide, train, and leave recipe, curves, network and circumstances in `folder`.

    Args:
        resume: go on from the folder's newest checkpoint; otherwise what the folder held is removed.

    Raises:
        DataError: nothing is left to judge on, or the folder's run was begun with other data or settings.
    """
    parts = divide(data, recipe, kind, seed)
    if not len(parts.test):
        raise DataError("Nothing is left to judge the model on: add data or choose the random split.")
    inputs = {
        "recipe": recipe.model_dump(mode="json"),
        "split": kind,
        "seed": seed,
        "data_digest": data.digest,
    }
    _open_folder(folder, inputs, resume)
    (folder / "recipe.json").write_text(recipe.model_dump_json(indent=2))
    fitted = fit(recipe, parts.train, parts.inner, seed, folder, verbose)
    (folder / "curves.json").write_text(json.dumps(fitted.history))
    fitted.network.save(folder / "network.keras")
    (folder / "run.json").write_text(
        json.dumps(
            {
                "created": datetime.now(UTC).isoformat(timespec="seconds"),
                "split": kind,
                "seed": seed,
                "data_digest": data.digest,
                "columns": fitted.columns,
                "rows": {name: len(getattr(parts, name)) for name in ("train", "inner", "test")},
                "epochs": len(fitted.history["loss"]),
                "seconds": round(fitted.seconds, 1),
                "precision": fitted.precision,
                "device": "GPU" if has_gpu() else platform.processor() or platform.machine(),
                "backend": keras.backend.backend(),
                "versions": {name: version(name) for name in PACKAGES},
            },
            indent=2,
        )
    )
    return fitted, parts


def _open_folder(folder: Path, inputs: Mapping[str, object], resume: bool) -> None:
    """Make the run's folder ready, and see to it that a resumed run is the one that was begun."""
    file = folder / INPUTS_FILE
    if resume and file.exists():
        if json.loads(file.read_text()) != inputs:
            raise DataError(
                f"The run in {folder} was begun with other data or settings: start anew without resuming."
            )
        (folder / CANCEL_FILE).unlink(missing_ok=True)
        return
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    file.write_text(json.dumps(inputs, indent=2))
