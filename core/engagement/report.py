"""The engagement report: course, exit emotion and satisfaction index, each with its uncertainty."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from core.bundles import Interval
from core.engagement.bootstrap import Statistic, block_bootstrap, count_blocks, resample
from core.engagement.index import compute_index, strongest_of, why_no_index
from core.engagement.moment import Moment
from core.engagement.pauses import count_missed
from core.engagement.report_settings import ReportSettings
from core.engagement.signal import Signal, make_signal, subtract_baseline
from core.engagement.smoothing import window_mean
from core.expressions import EXPRESSIONS, Expression

NO_FRAME: Final = "no frame came"
LEADS: Final = 0.95
"""Share of the resampled last parts in which an expression must lead to be clear."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class ExitEmotion(_Frozen):
    """The expression of the last part.

    Attributes:
        share: mean probability of `label`, with its interval.
        runner_up: the next one; None where there is no other.
        clear: whether `label` leads in 95% of the resampled last parts.
        is_long: whether the last part is long enough to say how sure that is; the intervals are the whole
            scale where it is not.
    """

    label: Expression
    share: Interval
    runner_up: Expression | None
    clear: bool
    moments: int
    valence: Interval
    is_long: bool = True


class Extreme(_Frozen):
    """The most or least pleasant moment."""

    seconds: float
    valence: float


class Report(_Frozen):
    """What one person's face expressed.

    Attributes:
        moments: looks, and those that pauses left out where the looks have a steady pace.
        exit_emotion: None where the last part shows too little.
        index: 0 to 100; None where there is not enough evidence, which `why_no_index` then says.
        baseline: what was subtracted from each expression; empty without a baseline.
        index_without_baseline: the index had nothing been subtracted.
        label_without_baseline: the label of the exit emotion then.
        incomplete: what of the engagement was not read, as a sentence; None where all was.
    """

    settings: ReportSettings
    seconds: float
    moments: int
    seen: int
    exit_emotion: ExitEmotion | None
    index: Interval | None
    why_no_index: str | None
    peak: Extreme | None
    low: Extreme | None
    mean_valence: Interval | None
    gaps: dict[str, int]
    baseline: dict[Expression, float] = Field(default_factory=dict)
    index_without_baseline: float | None = None
    label_without_baseline: Expression | None = None
    incomplete: str | None = None


def make_report(
    moments: Sequence[Moment],
    settings: ReportSettings | None = None,
    end: float | None = None,
    incomplete: str | None = None,
) -> Report:
    """Judge the moments of one person.

    Args:
        end: when the engagement ended, seconds; the last moment's time where it is left out.
        incomplete: what of it was not read, where reading was stopped or the file is damaged.
    """
    settings = settings or ReportSettings()
    plain = make_signal(moments, end)
    signal, baseline = plain, dict[Expression, float]()
    if settings.baseline_seconds:
        signal, baseline = subtract_baseline(plain, settings.baseline_seconds)
    last, plain_last = (one.since(settings.exit_start(one.end)) for one in (signal, plain))
    why = why_no_index(signal, last, settings)
    is_enough = len(last) >= settings.least_exit_seen
    course = signal.valence(settings.weights)
    smoothed = window_mean(signal.times, course, signal.spans)
    gaps: dict[str, int] = {}
    for moment in moments:
        if not moment.is_seen:
            gaps[moment.gap or "nobody seen"] = gaps.get(moment.gap or "nobody seen", 0) + 1
    missed = count_missed([moment.seconds for moment in moments], signal.end)
    if missed:
        gaps[NO_FRAME] = gaps.get(NO_FRAME, 0) + missed
    return Report(
        settings=settings,
        seconds=signal.end,
        moments=len(moments) + missed,
        seen=len(signal),
        exit_emotion=_exit_emotion(last, settings) if is_enough else None,
        index=compute_index(signal, settings) if why is None else None,
        why_no_index=why,
        peak=_extreme(signal, smoothed, smoothed),
        low=_extreme(signal, smoothed, -smoothed),
        mean_valence=_mean_valence(signal, settings) if len(signal) else None,
        gaps=gaps,
        baseline=baseline,
        index_without_baseline=compute_index(plain, settings).value if baseline and why is None else None,
        label_without_baseline=_label(plain_last) if baseline and is_enough else None,
        incomplete=incomplete,
    )


def _mean_valence(signal: Signal, settings: ReportSettings) -> Interval:
    """With the whole scale for its interval where too few stretches say how sure it is."""
    course = signal.valence(settings.weights)
    found = block_bootstrap(_mean_of(course, signal.spans), signal.times)
    is_long = count_blocks(signal.times) >= settings.least_stretches
    return found if is_long else Interval(value=found.value, low=-1, high=1)


def _mean_of(values: npt.NDArray[np.float64], spans: npt.NDArray[np.float64]) -> Statistic:
    """The mean over time of values that stand for so many seconds each."""
    return lambda rows, _: float(np.average(values[rows], weights=spans[rows]))


def _exit_emotion(last: Signal, settings: ReportSettings) -> ExitEmotion:
    means = last.mean_probabilities()
    order = np.argsort(-means)
    first, second = int(order[0]), int(order[1])
    weighted = last.probabilities * last.spans[:, None]
    leaders = resample(lambda rows, _: float(weighted[rows].sum(axis=0).argmax()), last.times)
    share = block_bootstrap(_mean_of(last.probabilities[:, first], last.spans), last.times)
    valence = _mean_valence(last, settings)
    is_long = count_blocks(last.times) >= settings.least_stretches
    return ExitEmotion(
        label=EXPRESSIONS[first],
        share=share if is_long else Interval(value=share.value, low=0, high=1),
        runner_up=EXPRESSIONS[second] if means[second] > 0 else None,
        clear=is_long and bool((leaders == first).mean() >= LEADS),
        moments=len(last),
        valence=valence,
        is_long=is_long,
    )


def _label(signal: Signal) -> Expression:
    """The most probable expression on average."""
    return EXPRESSIONS[int(np.argmax(signal.mean_probabilities()))]


def _extreme(
    signal: Signal, smoothed: npt.NDArray[np.float64], strengths: npt.NDArray[np.float64]
) -> Extreme | None:
    if not len(signal):
        return None
    place = strongest_of(strengths, signal.borne)
    return Extreme(seconds=float(signal.times[place]), valence=float(smoothed[place]))
