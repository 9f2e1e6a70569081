"""Does the index say anything? Check it against what customers answered in surveys."""

import csv
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field
from scipy.stats import mannwhitneyu, spearmanr

from core.bundles import Interval
from core.errors import MienError

RESAMPLES: Final = 1000
FEWEST: Final = 20
"""Answered surveys below which nothing can be said: a rank correlation of .4 is then still within chance."""

EMPLOYEE_WORDS: Final = ("employee", "agent", "staff", "operator", "advisor", "adviser", "mitarbeiter")
"""A column of such a name is refused: people at work are never scored."""


class SurveyError(MienError):
    """The survey table cannot be used."""


class SurveyCheck(BaseModel):
    """What the index says about survey scores.

    Attributes:
        correlation: Spearman's, of index and score.
        auc: how often the index of a satisfied customer is above that of another; 0.5 is chance. None where
            all or none were satisfied.
        satisfied_from: score from which a customer counts as satisfied.
        expected: mean index and mean score of each third of the data, lowest indices first.
        verdict: one plain sentence.
    """

    model_config = ConfigDict(frozen=True)

    n: int
    correlation: Interval | None
    auc: Interval | None
    satisfied_from: float
    expected: tuple[tuple[float, float], ...] = Field(description="mean index and mean score of each third")
    verdict: str


def read_surveys(text: bytes) -> dict[str, float]:
    """Scores by engagement id, from a csv with the columns `id` and `score`.

    Raises:
        SurveyError: a column is missing, names an employee, or no score is a number.
    """
    reader = csv.DictReader(io.StringIO(text.decode("utf-8-sig", errors="replace")))
    columns = [column.strip().lower() for column in reader.fieldnames or []]
    named = [column for column in columns if any(word in column for word in EMPLOYEE_WORDS)]
    if named:
        raise SurveyError(f"The column {named[0]!r} names people at work, who are never scored: remove it.")
    if not {"id", "score"} <= set(columns):
        raise SurveyError("The table needs the columns id (of the engagement) and score.")
    found = {}
    try:
        for row in reader:
            values = {key.strip().lower(): (value or "").strip() for key, value in row.items() if key}
            with suppress(ValueError):
                found[values["id"]] = float(values["score"])
    except csv.Error as error:
        raise SurveyError(f"The table is damaged ({error}): save it anew as csv.") from None
    if not found:
        raise SurveyError("No row has a number in the column score.")
    return {name: score for name, score in found.items() if np.isfinite(score)}


def check_surveys(
    indices: Mapping[str, float], scores: Mapping[str, float], satisfied_from: float | None = None
) -> SurveyCheck:
    """Compare index and score where both are known.

    Args:
        satisfied_from: a satisfied customer's least score; for scores up to 5 it is 4 (CSAT), else 9 (NPS).

    Raises:
        SurveyError: no engagement has both.
    """
    names = sorted(indices.keys() & scores.keys())
    if not names:
        raise SurveyError("None of the surveys belongs to an engagement that was kept: check the column id.")
    index, score = (np.array([values[name] for name in names], np.float64) for values in (indices, scores))
    limit = satisfied_from if satisfied_from is not None else (4.0 if score.max() <= 5 else 9.0)
    correlation = _interval(_correlation, index, score)
    auc = _interval(lambda i, s: _auc(i, s >= limit), index, score)
    thirds = np.array_split(np.argsort(index, kind="stable"), 3) if len(names) >= 3 else []
    return SurveyCheck(
        n=len(names),
        correlation=correlation,
        auc=auc,
        satisfied_from=limit,
        expected=tuple((float(index[rows].mean()), float(score[rows].mean())) for rows in thirds),
        verdict=_verdict(len(names), correlation),
    )


def _verdict(n: int, correlation: Interval | None) -> str:
    if n < FEWEST:
        return f"{n} surveys are too few to say anything; it takes {FEWEST}."
    if correlation is None or correlation.low <= 0 <= correlation.high:
        return "In these data the index says nothing about the survey scores: do not rely on it."
    if correlation.high < 0:
        return "In these data a higher index goes with lower survey scores: do not rely on it."
    strength = "weakly" if correlation.value < 0.3 else "moderately" if correlation.value < 0.5 else "clearly"
    return f"In these data a higher index goes {strength} with higher survey scores."


def _correlation(index: npt.NDArray[np.float64], score: npt.NDArray[np.float64]) -> float:
    if len(np.unique(index)) < 2 or len(np.unique(score)) < 2:
        return float("nan")
    return float(spearmanr(index, score).statistic)


def _auc(index: npt.NDArray[np.float64], satisfied: npt.NDArray[np.bool_]) -> float:
    if satisfied.all() or not satisfied.any():
        return float("nan")
    one, other = index[satisfied], index[~satisfied]
    return float(mannwhitneyu(one, other).statistic / (len(one) * len(other)))


def _interval(
    statistic: Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], float],
    index: npt.NDArray[np.float64],
    score: npt.NDArray[np.float64],
) -> Interval | None:
    value = statistic(index, score)
    if not np.isfinite(value):
        return None
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(RESAMPLES):
        rows = rng.integers(len(index), size=len(index))
        draws.append(statistic(index[rows], score[rows]))
    known = [draw for draw in draws if np.isfinite(draw)]
    low, high = np.percentile(known, [2.5, 97.5])
    return Interval(value=value, low=float(low), high=float(high))
