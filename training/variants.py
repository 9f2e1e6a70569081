"""Smaller runtime models of a bundle, made again from its `model.keras`, and what they cost."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from core.bundles import KERAS_FILE, RUNTIME_FILE, Bundle
from core.bundles.store import read_bundle
from core.classifier import Classifier
from core.errors import BundleError
from training.cards import write_card
from training.conversion import Variant
from training.placing import publish, require_name, require_place, staging

PARITY_CROPS: Final = 256


@dataclass(frozen=True)
class Cost:
    """One runtime model beside another on the same crops."""

    bytes: int
    milliseconds: float
    accuracy: float | None
    largest_difference: float
    agreement: float


def export_variant(
    bundle: Bundle, target: Path, variant: Variant, crops: npt.NDArray[np.uint8] | None = None
) -> Bundle:
    """Write a bundle's runtime model again as a bundle of its own, named after the target folder.

    The variant that the bundle has keeps scores and `model.keras`; the others leave both out, to be small and
    because scores are those of another model.

    Args:
        crops: uint8 (n, 48, 48, 1), typical ones; int8 fixes its ranges on them, and float32 is compared with
            Keras on them (on noise where there are none).

    Raises:
        BundleError: the target is taken or cannot be named, crops or `model.keras` are missing, or float32
            answers differently from Keras.
    """
    _check_target(bundle, target)
    if variant is Variant.INT8 and (crops is None or not len(crops)):
        raise BundleError("An int8 model needs typical crops to fix its ranges on: name some with --data.")
    if not (bundle.folder / KERAS_FILE).is_file():
        raise BundleError(f"The model {bundle.name} has no {KERAS_FILE} to export: train it again.")
    from training import exporting
    from training.networks import load_network

    network = load_network(bundle.folder / KERAS_FILE)
    with staging(target) as staged:
        changes: dict[str, object] = {"name": target.name}
        if variant == bundle.card.runtime:
            changes["files"] = exporting.write_runtime_model(network, staged, variant)
        else:
            saved = bundle.folder / KERAS_FILE
            changes |= {
                "runtime": variant.value,
                "title": f"{bundle.card.title} ({variant})",
                "created": datetime.now(UTC).replace(microsecond=0),
                "files": exporting.convert_into(staged, network, variant, crops, saved),
                "scores": (),
                "refusal": None,
                "robustness": (),
                "groups": (),
            }
        write_card(bundle.card.model_copy(update=changes), staged)
        classifier = Classifier(read_bundle(staged))
        if variant is Variant.FLOAT32:
            exporting.check_parity(network, classifier, _noise() if crops is None else crops[:PARITY_CROPS])
        return publish(staged, target)


def compare(
    bundles: Sequence[Bundle],
    crops: npt.NDArray[np.uint8],
    columns: npt.NDArray[np.intp] | None = None,
    calls: int = 200,
) -> list[Cost]:
    """Measure bundles with the same labels side by side, taking turns so that a busy machine slows all alike.

    Args:
        crops: uint8 (n, 48, 48, 1).
        columns: intp (n,), the true outputs; None where unknown.
        calls: how often each is asked for one crop.

    Returns:
        For each its size, median time of one crop on one core, accuracy, and largest difference of a
        probability from the first and share of the same answers.
    """
    classifiers = [Classifier(bundle, threads=1) for bundle in bundles]
    answers = [classifier.answer(crops).probabilities for classifier in classifiers]
    seconds: list[list[float]] = [[] for _ in bundles]
    for call in range(calls):
        for taken, classifier in zip(seconds, classifiers, strict=True):
            start = time.perf_counter()
            classifier.answer(crops[call % len(crops)][None])
            taken.append(time.perf_counter() - start)
    return [
        Cost(
            bytes=(bundle.folder / RUNTIME_FILE).stat().st_size,
            milliseconds=1000 * float(np.median(taken)),
            accuracy=None if columns is None else float((answer.argmax(axis=1) == columns).mean()),
            largest_difference=float(np.abs(answer - answers[0]).max()),
            agreement=float((answer.argmax(axis=1) == answers[0].argmax(axis=1)).mean()),
        )
        for bundle, answer, taken in zip(bundles, answers, seconds, strict=True)
    ]


def _check_target(bundle: Bundle, target: Path) -> None:
    require_name(target.name)
    if target.resolve() == bundle.folder.resolve():
        raise BundleError(f"{target} is the model's own folder: choose another one.")
    require_place(target)


def _noise() -> npt.NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (PARITY_CROPS, 48, 48, 1), dtype=np.uint8)
