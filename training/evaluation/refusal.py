"""How often a bundle refuses what is no face, and how often what is one."""

import numpy as np
import numpy.typing as npt

from core.abstention import Reason, judge_answer, judge_quality
from core.bundles import Refusal
from core.classifier import Classifier
from core.faces.quality import measure_quality
from training.datasets.labelled import LabelledCrops
from training.evaluation.predictions import Predictions
from training.terms import learned_nonfaces


def measure_refusal(classifier: Classifier, nonfaces: LabelledCrops, faces: LabelledCrops) -> Refusal:
    """Count crops that get no label, by the rules that serving follows for a picture that is a crop.

    A non-face counts as refused whatever the reason. Faces are counted twice: those called "unlike a face",
    and those that get no label for whatever reason, such as an answer that is not sure enough. It leaks
    where the model started or learned from one that knew non-faces of a data set: these may be the same.
    """
    refused = [reason is not None for reason in _reasons(classifier, nonfaces)]
    reasons = _reasons(classifier, faces)
    unlike = [reason is Reason.UNLIKE_A_FACE for reason in reasons]
    unanswered = [reason is not None for reason in reasons]
    return Refusal(
        nonfaces=len(nonfaces),
        nonfaces_refused=float(np.mean(refused)) if refused else 0.0,
        faces=len(faces),
        faces_refused=float(np.mean(unlike)) if unlike else 0.0,
        faces_unanswered=float(np.mean(unanswered)) if unanswered else None,
        leaks=learned_nonfaces(classifier.bundle.card.training.learned_before),
    )


def unanswered(predictions: Predictions) -> npt.NDArray[np.bool_]:
    """Which crops get no label in serving, for whatever reason, bool (n,)."""
    poor = [judge_quality(measure_quality(crop, 48.0, None)) is not None for crop in predictions.data.crops]
    return ~predictions.answered | np.array(poor, np.bool_)


def _reasons(classifier: Classifier, data: LabelledCrops) -> list[Reason | None]:
    card = classifier.bundle.card
    answer = classifier.answer(data.crops)
    reasons = []
    for index, crop in enumerate(data.crops):
        probabilities = dict(zip(card.labels, answer.probabilities[index].tolist(), strict=True))
        face = float(answer.face[index]) if answer.face is not None else None
        abstained = judge_quality(measure_quality(crop, 48.0, None)) or judge_answer(
            probabilities, face, card.thresholds
        )
        reasons.append(abstained.reason if abstained else None)
    return reasons
