"""One training from data to a folder that evaluation and export read."""

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import keras

from core.errors import DataError
from training.datasets.labelled import LabelledCrops
from training.datasets.nonfaces import make_nonfaces
from training.datasets.reading import read
from training.datasets.recutting import recut
from training.fitting import Fitted, fit
from training.precision import has_gpu
from training.recipe import Recipe
from training.splits import Split, SplitKind, split, split_inner

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
    recipe: Recipe, data: LabelledCrops, kind: SplitKind, seed: int, folder: Path, verbose: int = 0
) -> tuple[Fitted, Parts]:
    """Divide, train, and leave recipe, curves, network and circumstances in `folder`."""
    parts = divide(data, recipe, kind, seed)
    if not len(parts.test):
        raise DataError("Nothing is left to judge the model on: add data or choose the random split.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.json").write_text(recipe.model_dump_json(indent=2))
    log = keras.callbacks.CSVLogger(str(folder / "curves.csv"))
    fitted = fit(recipe, parts.train, parts.inner, seed, [log], verbose)
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
