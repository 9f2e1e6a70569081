"""The held-out pictures of a run beside what its model answered.

They are faces of a data set: they stay in the run's folder, with whoever holds the data, and never enter a
bundle. Corrected faces are left out: the people were promised that an analyst can delete them. It loads
neither Keras nor scikit-learn, so a page may read them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from core.bundles import Score
from core.corrections import ACCEPTED
from core.durable import staged_file
from core.expressions import Expression

if TYPE_CHECKING:
    from training.evaluation import Predictions

JUDGED_FILE: Final = "judged.npz"


@dataclass(frozen=True, eq=False)
class Behind:
    """The pictures of one cell of a confusion matrix, those answered most surely first.

    Attributes:
        crops: uint8 (n, 48, 48, 1), as the model saw them.
        names: where each comes from, n.
        confidences: float32 (n,), probability of the answer.
    """

    crops: npt.NDArray[np.uint8]
    names: tuple[str, ...]
    confidences: npt.NDArray[np.float32]


def keep_judged(run: Path, predictions: "Predictions", scored_as: npt.NDArray[np.str_]) -> None:
    """Keep the pictures of a test part and what was answered, in the run's folder; no corrected faces.

    Args:
        scored_as: str (n,), the `data` of the score that each picture counts in.
    """
    data = predictions.data
    may_stay = data.sources != ACCEPTED
    with staged_file(run / JUDGED_FILE) as staged, staged.open("wb") as file:
        np.savez(
            file,
            labels=np.array([label.value for label in predictions.labels]),
            crops=data.crops[may_stay],
            names=data.names[may_stay],
            scored_as=scored_as[may_stay],
            truth=predictions.truth[may_stay],
            probabilities=predictions.probabilities[may_stay],
        )


def pictures_behind(run: Path, score: Score, truth: Expression, guess: Expression | None) -> Behind | None:
    """The pictures of an expression that were called something.

    Args:
        score: one of the run's bundle; it says which data set, and among which expressions was asked.
        guess: None for all of the expression.

    Returns:
        None where the run's folder, or what it kept, is not here.
    """
    try:
        with np.load(run / JUDGED_FILE) as kept:
            found = dict(kept)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    labels = [Expression(name) for name in found["labels"]]
    asked = [labels.index(label) for label in score.labels or labels]
    rows = (found["scored_as"] == score.data) & (found["truth"] == labels.index(truth))
    among = found["probabilities"][:, asked]
    if guess is not None:
        rows &= np.array(asked)[among.argmax(axis=1)] == labels.index(guess)
    sure = among.max(axis=1) / among.sum(axis=1).clip(1e-12)
    order = np.flatnonzero(rows)[np.argsort(-sure[rows], kind="stable")]
    return Behind(
        found["crops"][order],
        tuple(str(name) for name in found["names"][order]),
        sure[order].astype(np.float32),
    )
