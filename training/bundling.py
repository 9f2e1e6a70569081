"""From a finished run to a judged bundle: calibrate, export, measure, describe."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import keras
import numpy as np

from core.bundles import RUNTIME_FILE, Bundle, Card, Refusal, Score, Thresholds
from core.bundles.card import Training
from core.bundles.store import read_bundle
from core.classifier import Classifier
from core.expressions import EXPRESSIONS
from training import exporting
from training.calibration import choose_thresholds, fit_temperature
from training.cards import write_card
from training.conversion import Variant
from training.datasets.families import data_sets
from training.datasets.labelled import NOT_A_FACE, LabelledCrops, label_columns
from training.evaluation import measure_refusal, predict, score_predictions, scored_as
from training.evaluation.scoring import without_unknown
from training.judged import keep_judged
from training.networks import describe_layers, load_network, round_weights
from training.placing import publish, require_name, staging
from training.run_folder import RUN_FILE
from training.runs import Parts
from training.splits import groups
from training.terms import limits_of, terms_of

AGREEMENT: Final = 0.98
"""Share of inner faces that weights in int8 must answer as float32 does, else they are not served."""


@dataclass(frozen=True)
class Naming:
    """What a bundle is called.

    Raises:
        BundleError: the name cannot be a folder everywhere.
    """

    name: str
    title: str

    def __post_init__(self) -> None:
        require_name(self.name)


def bundle_run(
    run: Path,
    parts: Parts,
    naming: Naming,
    target: Path,
    also: Sequence[Score] = (),
    refusal: Refusal | None = None,
) -> Bundle:
    """Turn the run in a folder into a bundle at `target`.

    Args:
        parts: the data of the run, divided as it was.
        also: scores of other trainings of the same recipe: other splits, or the folds of a cross-validation.
        refusal: measured by other trainings, where the test part holds no crop without a face.

    Raises:
        BundleError: the exported model does not answer as the trained one; nothing is left behind then.
    """
    about = json.loads((run / RUN_FILE).read_text(encoding="utf-8"))
    recipe = json.loads((run / "recipe.json").read_text(encoding="utf-8"))
    network = load_network(run / "network.keras")
    round_weights(network)
    with staging(target) as staged:
        columns = tuple(about["columns"])
        sources = data_sets((*about["sources"], *about["learned_before"]))
        draft = Card(
            name=naming.name,
            title=naming.title,
            created=datetime.fromisoformat(about["created"]),
            labels=tuple(EXPRESSIONS[c] for c in columns if c != NOT_A_FACE),
            refuses_non_faces=NOT_A_FACE in columns,
            temperature=1.0,
            thresholds=Thresholds(confidence=0, coverage=1, face=None),
            parameters=network.count_params(),
            layers=describe_layers(network),
            scores=(),
            training=Training(
                recipe=recipe, **{key: about[key] for key in Training.model_fields if key in about}
            ),
            terms=terms_of(sources),
            limits=limits_of(sources, columns),
            files=exporting.write_runtime_model(network, staged),
        )
        write_card(draft, staged)
        full = Classifier(read_bundle(staged))
        exporting.check_parity(network, full, parts.inner.crops[:512])
        if recipe.get("runtime") == Variant.DYNAMIC:
            draft = _in_int8(network, draft, staged, full, parts.inner)
        calibrated = _calibrate(draft, staged, parts.inner)
        judged = _judge(staged, run, parts, also, refusal)
        write_card(calibrated.model_copy(update=judged), staged)
        return publish(staged, target)


def _in_int8(network: keras.Model, draft: Card, staged: Path, full: Classifier, inner: LabelledCrops) -> Card:
    """Keep the weights in int8, which answers sooner, unless it changes answers on the inner part."""
    before = (staged / RUNTIME_FILE).read_bytes()
    files = draft.files | exporting.convert_into(staged, network, Variant.DYNAMIC)
    card = draft.model_copy(update={"runtime": Variant.DYNAMIC.value, "files": files})
    write_card(card, staged)
    faces = inner.take(inner.labels != NOT_A_FACE)  # made non-faces are easy: their answers hardly change
    if exporting.agreement(full, Classifier(read_bundle(staged)), faces.crops) >= AGREEMENT:
        return card
    (staged / RUNTIME_FILE).write_bytes(before)
    write_card(draft, staged)
    return draft


def _calibrate(draft: Card, staged: Path, inner: LabelledCrops) -> Card:
    """Choose temperature and thresholds on the faces of the inner part."""
    faces = inner.take(inner.labels != NOT_A_FACE)
    classifier = Classifier(read_bundle(staged))
    count = len(draft.labels)
    logits = classifier.logits(faces.crops)[:, :count]
    people = len(np.unique(groups(faces)))
    truth = np.searchsorted(label_columns(draft.labels), faces.labels)
    temperature = fit_temperature(logits, truth, people)
    thresholds = choose_thresholds(logits, temperature, classifier.answer(faces.crops).face)
    card = draft.model_copy(update={"temperature": temperature, "thresholds": thresholds})
    write_card(card, staged)
    return card


def _held_out(parts: Parts) -> dict[str, str]:
    """How much of each data set's faces the test part holds, by data set."""
    train, inner, test = (
        Counter(part.sources[part.labels != NOT_A_FACE].tolist())
        for part in (parts.train, parts.inner, parts.test)
    )
    every = train + inner + test
    return {source: f"{count / every[source]:.0%} held out" for source, count in test.items()}


def _judge(
    staged: Path, run: Path, parts: Parts, also: Sequence[Score], refusal: Refusal | None
) -> dict[str, object]:
    """What the card says about the test part: one score a data set, and how non-faces are refused.

    The pictures behind the scores stay in the run's folder.
    """
    classifier = Classifier(read_bundle(staged))
    faces, nonfaces = parts.test.take(parts.test.labels != NOT_A_FACE), parts.unseen_nonfaces
    found: tuple[Score, ...] = ()
    if len(faces):
        predictions = predict(classifier, faces)
        how = {
            source: held_out
            + without_unknown(faces.take(faces.sources == source), predictions.labels, classifier.bundle.name)
            for source, held_out in _held_out(parts).items()
        }
        keep_judged(run, predictions, scored_as(predictions.data))
        found = score_predictions(
            predictions,
            parts.split,
            parts.leaks,
            how,
            classifier.bundle.card.training.learned_before,
            parts.overlap(predictions.data),
        )
    if len(faces) and len(nonfaces):
        refusal = measure_refusal(classifier, nonfaces, faces)
    others = (score.model_copy(update={"own": False}) for score in also)
    return {"scores": (*found, *others), "refusal": refusal}
