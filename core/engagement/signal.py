"""Moments as arrays on one clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from core.engagement.moment import Moment
from core.engagement.report_settings import ReportSettings
from core.engagement.smoothing import SMOOTHING_SECONDS
from core.engagement.spans import seen_around, spans_of
from core.expressions import EXPRESSIONS, Expression

LEAST_BORNE: Final = 0.5 - 1e-9
"""Share of a window, with room for rounding."""


@dataclass(frozen=True, eq=False)
class Signal:
    """The seen moments of one person, in order of time.

    Attributes:
        times: float64 (n,), seconds.
        spans: float64 (n,), seconds that each stands for; every mean over time weighs by them.
        probabilities: float64 (n, 8), in Mien's order of expressions; a row sums to 1.
        end: when the engagement ended, seconds; it may be later than the last time.
        borne: bool (n,), whether somebody was seen for at least half of the two seconds around each: a single
            look between gaps is no strongest moment.
    """

    times: npt.NDArray[np.float64]
    spans: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float64]
    end: float
    borne: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.times)

    def valence(self, weights: Mapping[Expression, float]) -> npt.NDArray[np.float64]:
        """Expressed valence of each moment, float64 (n,)."""
        return np.asarray(self.probabilities @ [weights.get(e, 0.0) for e in EXPRESSIONS], np.float64)

    def since(self, start: float) -> "Signal":
        """The moments from a time on."""
        rows = self.times >= start
        return Signal(
            self.times[rows], self.spans[rows], self.probabilities[rows], self.end, self.borne[rows]
        )

    def mean_probabilities(self) -> npt.NDArray[np.float64]:
        """Over time, float64 (8,); there must be a moment."""
        return np.asarray(np.average(self.probabilities, axis=0, weights=self.spans), np.float64)


def make_signal(moments: Sequence[Moment], end: float | None = None) -> Signal:
    """Put moments in order; of several at one time the last counts.

    Args:
        end: of the engagement; the last moment's time, seen or not, where it is left out.
    """
    ordered = {moment.seconds: moment for moment in sorted(moments, key=lambda m: m.seconds)}
    is_seen = np.array([moment.is_seen for moment in ordered.values()], bool)
    seen = [moment for moment in ordered.values() if moment.is_seen]
    table = np.array([[m.probabilities.get(e, 0.0) for e in EXPRESSIONS] for m in seen], np.float64)
    table = table.reshape(len(seen), len(EXPRESSIONS))
    total = table.sum(axis=1, keepdims=True)
    times = np.array(list(ordered), np.float64)
    spans = spans_of(times)
    return Signal(
        times[is_seen],
        spans[is_seen],
        np.divide(table, total, out=table, where=total > 0),
        max([end or 0.0, *ordered]),
        seen_around(times, is_seen, SMOOTHING_SECONDS / 2)[is_seen] >= LEAST_BORNE,
    )


def judged_signal(moments: Sequence[Moment], settings: ReportSettings, end: float | None = None) -> Signal:
    """The signal that a report with these settings rests on."""
    signal = make_signal(moments, end)
    if settings.baseline_seconds:
        signal, _ = subtract_baseline(signal, settings.baseline_seconds)
    return signal


def subtract_baseline(signal: Signal, seconds: float) -> tuple[Signal, dict[Expression, float]]:
    """Take a person's face at rest as neutral.

    What the first seconds show beyond neutral is taken off each expression, and given to neutral. A face that
    looks a little sad at rest then does not count as sad.

    Args:
        seconds: from the first seen moment on, in which the person was at rest.

    Returns:
        the signal without it, and what was subtracted, an expression each.
    """
    if not len(signal):
        return signal, {}
    at_rest = signal.times <= signal.times[0] + seconds
    rest = np.average(signal.probabilities[at_rest], axis=0, weights=signal.spans[at_rest])
    neutral = EXPRESSIONS.index(Expression.NEUTRAL)
    rest[neutral] = 0.0
    corrected = (signal.probabilities - rest).clip(min=0.0)
    corrected[:, neutral] += 1.0 - corrected.sum(axis=1)
    subtracted = dict(zip(EXPRESSIONS, rest.tolist(), strict=True))
    return replace(signal, probabilities=corrected), subtracted
