"""All that can be measured of a bundle on a data set, as `python -m training evaluate` reports it."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, computed_field

from core.bundles import ClassScore, GroupScore, Refusal, Robustness, Score
from core.classifier import Classifier
from core.errors import DataError
from core.expressions import Expression
from training.datasets import read
from training.datasets.families import learned_from
from training.datasets.ferplus import majority_share
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.datasets.read_data import log_skipped
from training.datasets.recutting import recut
from training.evaluation import measure_refusal, measure_robustness, predict, score
from training.evaluation.fairness import measure_groups, read_groups
from training.evaluation.scoring import called, without_unknown
from training.evaluation.timing import time_one
from training.measured import AS_GIVEN, FAIR_AGREEMENT

log = logging.getLogger(__name__)


class Judgement(BaseModel):
    """One bundle on one collection of data sets; the figures of `score` stand on the top level too."""

    model_config = ConfigDict(frozen=True)

    model: str
    digest: str
    data: tuple[str, ...]
    part: str = Field(description="which part of the data was judged")
    score: Score
    refusal: Refusal | None
    refusal_leaks: bool = Field(description="whether the crops without a face were learned from")
    robustness: tuple[Robustness, ...]
    groups: tuple[GroupScore, ...] = Field(
        (), description="how each group fares, where a table says who is in it"
    )
    milliseconds_per_crop: float = Field(description="least of one crop at a time, on one core here")

    @computed_field
    def n(self) -> int:
        """Crops judged."""
        return self.score.n

    @computed_field
    def accuracy(self) -> float:
        """Share of right answers, abstentions not counted as such."""
        return self.score.accuracy.value

    @computed_field
    def balanced_accuracy(self) -> float:
        """Mean recall of the expressions."""
        return self.score.balanced_accuracy

    @computed_field
    def macro_f1(self) -> float:
        """Mean F1 of the expressions."""
        return self.score.macro_f1.value

    @computed_field
    def ece(self) -> float:
        """Expected calibration error."""
        return self.score.expected_calibration_error

    @computed_field
    def brier(self) -> float:
        """Brier score."""
        return self.score.brier

    @computed_field
    def nll(self) -> float:
        """Negative log-likelihood, nats a crop."""
        return self.score.negative_log_likelihood

    @computed_field
    def per_class(self) -> dict[Expression, ClassScore]:
        """Precision, recall and number of crops of each expression."""
        return self.score.per_class

    @computed_field
    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """Rows are true, columns answered, in the order of `labels`."""
        return self.score.confusion

    @computed_field
    def labels(self) -> tuple[Expression, ...]:
        """The expressions that the model was asked for."""
        return self.score.labels


def judge(
    classifier: Classifier,
    data: Sequence[str],
    agreement: float = FAIR_AGREEMENT,
    present_only: bool = False,
    robustness: bool = False,
    groups: Path | None = None,
) -> Judgement:
    """Measure a bundle on the test part of data sets, on all of those that have none.

    Args:
        agreement: rows whose top class holds less of the votes are left out.
        present_only: mask the expressions that the data does not have.
        robustness: also on changed pictures, which takes minutes for thousands of them.
        groups: csv that says who belongs to which group, as `read_groups` takes it.

    Raises:
        DataError: the data cannot be read, two of them are called the same, or none has a label that the
            bundle knows.
    """
    table = read_groups(groups) if groups else None
    card = classifier.bundle.card
    raw, part = _read_judged(data, agreement)
    cut = recut(raw) if card.training.recipe.get("recut", True) else raw
    shows_a_face = cut.labels != NOT_A_FACE
    faces, nonfaces = cut.take(shows_a_face), cut.take(~shows_a_face)
    predictions = predict(classifier, faces)
    if present_only:
        predictions = predictions.view(faces.expressions)
    if len(predictions.labels) < 2:
        raise DataError(
            "The data shows one expression alone, among which nothing can be confused: add others."
        )
    learned = learned_from(faces, card.training.all_sources)
    protocol = _protocol(learned, agreement, present_only) + without_unknown(
        faces, predictions.labels, card.name
    )
    refusal_leaks = bool(learned_from(nonfaces, card.training.all_sources))
    refusal = measure_refusal(classifier, nonfaces, faces) if len(nonfaces) else None
    if refusal and refusal_leaks:
        refusal = refusal.model_copy(update={"leaks": True})
    return Judgement(
        model=card.name,
        digest=classifier.bundle.digest,
        data=tuple(data),
        part=part,
        score=score(predictions, called(faces), protocol, bool(learned)),
        refusal=refusal,
        refusal_leaks=refusal_leaks,
        robustness=measure_robustness(classifier, raw.take(shows_a_face), bool(learned))
        if robustness
        else (),
        groups=measure_groups(predictions, table, bool(learned)) if table else (),
        milliseconds_per_crop=time_one(classifier.bundle, faces.crops[:1]),
    )


def _read_judged(data: Sequence[str], agreement: float) -> tuple[LabelledCrops, str]:
    """What is judged on, crops without a face among it, and which part of the data that is."""
    got = read(data)
    log_skipped(got.skipped)
    if not len(got.crops):
        raise DataError("The data has no crop whose label is clear: python -m training check DATA says why.")
    raw, part = _judged_part(got.crops)
    if not len(raw):
        raise DataError("The data has only a part to learn from: hand over the part to be judged on.")
    if not (raw.labels != NOT_A_FACE).any():
        raise DataError("The data has no crop that shows an expression: check the path.")
    return raw.take((majority_share(raw) >= agreement) | (raw.labels == NOT_A_FACE)), part


def _protocol(learned: Sequence[str], agreement: float, present_only: bool) -> str:
    """How it was measured, in words.

    Args:
        learned: the data sets judged on that the model had learned from.
    """
    told = f"this model learned from the pictures of {', '.join(learned)}" if learned else AS_GIVEN
    if agreement != FAIR_AGREEMENT:
        told += f", only crops whose top class holds {agreement:.0%} of the votes or more"
    if present_only:
        told += ", asked for the expressions that are shown only"
    return told


def _judged_part(data: LabelledCrops) -> tuple[LabelledCrops, str]:
    """The test part of sources that have one, all of the others."""
    divided = np.unique(data.sources[data.parts != ""])
    rows = (data.parts == "test") | ~np.isin(data.sources, divided)
    return data.take(rows), "the test part" if len(divided) else "all"
