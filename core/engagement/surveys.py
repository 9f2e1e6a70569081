"""Does the index say anything? Check it against what customers answered in surveys."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict
from scipy.optimize import isotonic_regression
from scipy.stats import rankdata

from core.bundles import Interval
from core.engagement.survey_table import SurveyError

RESAMPLES: Final = 1000
FEWEST: Final = 20
"""Answered surveys below which nothing can be said: a rank correlation of .4 is then still within chance."""

STEP: Final = 5.0
"""Of the index, from one point of the calibration to the next."""

SATISFIED: Final = ((5.0, 4.0), (10.0, 9.0), (100.0, 80.0))
"""Highest score of a scale, and from which score on a customer counts as satisfied: the upper two boxes of
CSAT, promoters in NPS, and four fifths of a percentage."""

Values = npt.NDArray[np.float64]


class Expected(BaseModel):
    """The survey score to expect at one index."""

    model_config = ConfigDict(frozen=True)

    index: float
    score: Interval


class SurveyCheck(BaseModel):
    """What the index says about survey scores.

    Attributes:
        correlation: Spearman's, of index and score.
        auc: how often the index of a satisfied customer is above that of another; 0.5 is chance. None where
            all or none were satisfied.
        satisfied_from: score from which a customer counts as satisfied.
        calibration: the score to expect over the indices seen, never falling; empty below `FEWEST` surveys.
        verdict: one plain sentence.
    """

    model_config = ConfigDict(frozen=True)

    n: int
    correlation: Interval | None
    auc: Interval | None
    satisfied_from: float
    calibration: tuple[Expected, ...]
    verdict: str


def usual_limit(scores: Mapping[str, float]) -> float:
    """From which score on a customer counts as satisfied, by the scale that the scores seem to be on."""
    highest = max(scores.values(), default=0.0)
    return next((limit for top, limit in SATISFIED if highest <= top), 0.8 * highest)


def check_surveys(
    indices: Mapping[str, float], scores: Mapping[str, float], satisfied_from: float | None = None
) -> SurveyCheck:
    """Compare index and score where both are known.

    Args:
        satisfied_from: a satisfied customer's least score; by the scale where it is left out.

    Raises:
        SurveyError: no engagement has both.
    """
    names = sorted(indices.keys() & scores.keys())
    if not names:
        raise SurveyError(
            "None of the surveys belongs to a kept engagement with an index: check the column id."
        )
    index, score = (np.array([values[name] for name in names], np.float64) for values in (indices, scores))
    limit = satisfied_from if satisfied_from is not None else usual_limit(scores)
    correlation = _interval(_correlation, index, score, -1.0)
    return SurveyCheck(
        n=len(names),
        correlation=correlation,
        auc=_interval(lambda i, s: _auc(i, s >= limit), index, score, 0.0),
        satisfied_from=limit,
        calibration=_calibration(index, score) if len(names) >= FEWEST else (),
        verdict=_verdict(len(names), correlation),
    )


def _verdict(n: int, correlation: Interval | None) -> str:
    if n < FEWEST:
        return f"{n} {'survey is' if n == 1 else 'surveys are'} too few to say anything; it takes {FEWEST}."
    if correlation is None or correlation.low <= 0 <= correlation.high:
        return "In these data the index says nothing about the survey scores: do not rely on it."
    if correlation.high < 0:
        return "In these data a higher index goes with lower survey scores: do not rely on it."
    strength = "weakly" if correlation.value < 0.3 else "moderately" if correlation.value < 0.5 else "clearly"
    return f"In these data a higher index goes {strength} with higher survey scores."


def _correlation(index: Values, score: Values) -> Values:
    """Spearman's of each row, float64 (rows,); NaN where all indices or all scores are the same."""
    ranks = [rankdata(values, axis=1) for values in (index, score)]
    one, other = (rank - rank.mean(axis=1, keepdims=True) for rank in ranks)
    spread = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return _ratio((one * other).sum(axis=1), spread)


def _auc(index: Values, satisfied: npt.NDArray[np.bool_]) -> Values:
    """The Mann-Whitney statistic of each row as a share of pairs, float64 (rows,); NaN without pairs."""
    positives = satisfied.sum(axis=1)
    above = (rankdata(index, axis=1) * satisfied).sum(axis=1) - positives * (positives + 1) / 2
    return _ratio(above, positives * (satisfied.shape[1] - positives))


def _ratio(part: Values, whole: Values) -> Values:
    out: Values = np.full(len(part), np.nan)
    return np.divide(part, whole, out=out, where=whole > 0)


def _calibration(index: Values, score: Values) -> tuple[Expected, ...]:
    """Isotonic regression of score on index, with 95% of its bootstrap resamples around it."""
    steps = np.arange(np.ceil(index.min() / STEP), np.floor(index.max() / STEP) + 1) * STEP
    grid = steps if len(steps) > 1 else np.unique([index.min(), *steps, index.max()])
    fits = np.array([_isotonic(index[rows], score[rows], grid) for rows in _resamples(len(index))])
    lows, highs = np.percentile(fits, [2.5, 97.5], axis=0)
    fit = _isotonic(index, score, grid)
    return tuple(
        Expected(index=at, score=Interval(value=value, low=min(low, value), high=max(high, value)))
        for at, value, low, high in zip(*(a.tolist() for a in (grid, fit, lows, highs)), strict=True)
    )


def _isotonic(index: Values, score: Values, grid: Values) -> Values:
    """The fit at the points of a grid, float64 (n,); straight between the indices seen."""
    known, place, counts = np.unique(index, return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=score) / counts
    fit = isotonic_regression(means, weights=counts.astype(np.float64)).x
    return np.asarray(np.interp(grid, known, fit), np.float64)


def _resamples(n: int) -> npt.NDArray[np.intp]:
    return np.random.default_rng(0).integers(n, size=(RESAMPLES, n))


def _interval(
    statistic: Callable[[Values, Values], Values], index: Values, score: Values, bottom: float
) -> Interval | None:
    """With 95% of its bootstrap resamples; None where it cannot be said.

    A resample in which all scores are the same could stand anywhere: to leave those out would find a relation
    in noise where few customers were dissatisfied.

    Args:
        statistic: of each row of two tables, `bottom` to 1; NaN where it cannot be said.
    """
    value = float(statistic(index[None], score[None])[0])
    if not np.isfinite(value):
        return None
    rows = _resamples(len(index))
    draws = statistic(index[rows], score[rows])
    low = float(np.percentile(np.nan_to_num(draws, nan=bottom), 2.5))
    high = float(np.percentile(np.nan_to_num(draws, nan=1.0), 97.5))
    return Interval(value=value, low=min(low, value), high=max(high, value))
