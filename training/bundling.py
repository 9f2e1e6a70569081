"""From a finished run to a judged bundle: calibrate, export, measure, describe."""

import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import keras
import numpy as np

from core.bundles import Bundle, Card, Score, Thresholds
from core.bundles.card import NAME_PATTERN, Training
from core.bundles.store import read_bundle
from core.classifier import Classifier
from core.errors import BundleError
from core.expressions import EXPRESSIONS
from training import exporting
from training.calibration import choose_thresholds, fit_temperature
from training.datasets.ferplus import SOURCE as FERPLUS
from training.datasets.ferplus import majority_share
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.evaluation import evaluate
from training.runs import Parts
from training.terms import limits_of, terms_of

PROTOCOLS = {
    "subject": "nobody in the test part was seen in training",
    "random": "random 80:20 split of frames, as in the reference work",
}


@dataclass(frozen=True)
class Naming:
    """What a bundle is called.

    Raises:
        BundleError: the name cannot be a folder everywhere.
    """

    name: str
    title: str

    def __post_init__(self) -> None:
        if not re.fullmatch(NAME_PATTERN, self.name):
            raise BundleError(
                f"{self.name!r} cannot name a model: use up to 64 small letters, digits, dots and dashes."
            )


def bundle_run(run: Path, parts: Parts, naming: Naming, target: Path, also: Sequence[Score] = ()) -> Bundle:
    """Turn the run in a folder into a bundle at `target`.

    Args:
        parts: the data of the run, divided as it was.
        also: scores of other trainings of the same recipe, for comparison.

    Raises:
        BundleError: the exported model does not answer as the trained one; nothing is left behind then.
    """
    about = json.loads((run / "run.json").read_text())
    recipe = json.loads((run / "recipe.json").read_text())
    network = keras.saving.load_model(run / "network.keras", compile=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(dir=target.parent, prefix=".new-"))
    try:
        columns = tuple(about["columns"])
        draft = Card(
            name=naming.name,
            title=naming.title,
            created=datetime.fromisoformat(about["created"]),
            labels=tuple(EXPRESSIONS[c] for c in columns if c != NOT_A_FACE),
            refuses_non_faces=NOT_A_FACE in columns,
            temperature=1.0,
            thresholds=Thresholds(confidence=0, coverage=1, face=None),
            parameters=network.count_params(),
            scores=(),
            training=Training(
                recipe=recipe, **{key: about[key] for key in Training.model_fields if key != "recipe"}
            ),
            terms=terms_of(parts.train.sources),
            limits=limits_of(parts.train.sources, columns),
            files=exporting.write_runtime_model(network, staged),
        )
        exporting.write_card(draft, staged)
        exporting.check_parity(network, Classifier(read_bundle(staged)), parts.test.crops[:512])
        calibrated = _calibrate(draft, staged, parts.inner)
        scores = (*_scores(calibrated, staged, parts, about["split"]), *also)
        exporting.write_card(calibrated.model_copy(update={"scores": scores}), staged)
        return exporting.publish(staged, target)
    finally:
        if staged.exists():
            shutil.rmtree(staged)


def _calibrate(draft: Card, staged: Path, inner: LabelledCrops) -> Card:
    """Choose temperature and thresholds on the faces of the inner part."""
    faces = inner.take(inner.labels != NOT_A_FACE)
    classifier = Classifier(read_bundle(staged))
    count = len(draft.labels)
    logits = classifier.logits(faces.crops)[:, :count]
    columns = [EXPRESSIONS.index(label) for label in draft.labels]
    temperature = fit_temperature(logits, np.searchsorted(columns, faces.labels))
    thresholds = choose_thresholds(logits, temperature, classifier.answer(faces.crops).face)
    card = draft.model_copy(update={"temperature": temperature, "thresholds": thresholds})
    exporting.write_card(card, staged)
    return card


def _scores(card: Card, staged: Path, parts: Parts, split: str) -> list[Score]:
    """One score a data set; of FER+ the crops on which at least half of the annotators agree."""
    classifier = Classifier(read_bundle(staged))
    scores = []
    for source in dict.fromkeys(parts.test.sources):
        data = parts.test.take(parts.test.sources == source)
        name, protocol = str(source), PROTOCOLS[split]
        if source == FERPLUS:
            data = data.take(majority_share(data) >= 0.5)
            name = "FER+ valid"
            protocol = (
                "official validation part, majority of at least half the votes, near-duplicates removed"
            )
        if (data.labels != NOT_A_FACE).any():
            scores.append(evaluate(classifier, data, name, protocol, leaks=parts.leak > 0))
    return scores
