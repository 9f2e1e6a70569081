"""The engagement report: course, exit emotion and satisfaction index, each with its uncertainty."""

from collections.abc import Callable, Sequence
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from core.bundles import Interval
from core.engagement.bootstrap import BLOCK_SECONDS, block_bootstrap, count_blocks
from core.engagement.moment import Moment
from core.engagement.signal import Signal, make_signal, subtract_baseline
from core.expressions import EXPRESSIONS, Expression
from core.valence import WEIGHTS

SMOOTHING_SECONDS: Final = 2.0
"""Window in which a peak is a mean: one blink is no peak."""

Method = Literal["peak-end", "end-weighted"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class ReportSettings(_Frozen):
    """How a report is made; everything here is on screen beside it."""

    exit_seconds: float = Field(10.0, gt=0, description="length of the last part")
    exit_share: float | None = Field(None, gt=0, le=1, description="instead: its share of the engagement")
    method: Method = "peak-end"
    weights: dict[Expression, float] = Field(default_factory=lambda: dict(WEIGHTS))
    half_life: float = Field(30.0, gt=0, description="end-weighted: seconds before the end that count half")
    baseline_seconds: float = Field(0.0, ge=0, description="rest at the start to subtract; 0: none")
    least_seen: int = Field(10, ge=1, description="seen moments below which there is no index")
    least_exit_seen: int = Field(
        3, ge=1, description="seen moments of the last part below which there is none"
    )

    least_stretches: int = Field(
        3, ge=1, description="stretches of two seconds with a seen moment, in the last part and so in all"
    )

    def exit_start(self, end: float) -> float:
        """When the last part begins, seconds."""
        length = self.exit_share * end if self.exit_share is not None else self.exit_seconds
        return max(0.0, end - length)


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
        exit_emotion: None where the last part shows too little.
        index: 0 to 100; None where there is not enough evidence, which `why_no_index` then says.
        baseline: what was subtracted from each expression; empty without a baseline.
        index_without_baseline: the index had nothing been subtracted.
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


def make_report(
    moments: Sequence[Moment], settings: ReportSettings | None = None, end: float | None = None
) -> Report:
    """Judge the moments of one person.

    Args:
        end: when the engagement ended, seconds; the last moment's time where it is left out.
    """
    settings = settings or ReportSettings()
    plain = make_signal(moments, end)
    signal, baseline = plain, dict[Expression, float]()
    if settings.baseline_seconds:
        signal, baseline = subtract_baseline(plain, settings.baseline_seconds)
    last = signal.since(settings.exit_start(signal.end))
    why = _why_no_index(signal, last, settings)
    course = signal.valence(settings.weights)
    smoothed = _window_mean(signal.times, course)
    gaps: dict[str, int] = {}
    for moment in moments:
        if not moment.is_seen:
            gaps[moment.gap or "nobody seen"] = gaps.get(moment.gap or "nobody seen", 0) + 1
    return Report(
        settings=settings,
        seconds=signal.end,
        moments=len(moments),
        seen=len(signal),
        exit_emotion=_exit_emotion(last, settings) if len(last) >= settings.least_exit_seen else None,
        index=_index(signal, settings) if why is None else None,
        why_no_index=why,
        peak=_extreme(signal.times, smoothed, np.argmax),
        low=_extreme(signal.times, smoothed, np.argmin),
        mean_valence=block_bootstrap(lambda rows: float(course[rows].mean()), signal.times)
        if len(signal)
        else None,
        gaps=gaps,
        baseline=baseline,
        index_without_baseline=_index(plain, settings).value if baseline and why is None else None,
    )


def index_formula(settings: ReportSettings) -> str:
    """The formula as it stands on screen."""
    if settings.method == "peak-end":
        return "index = 50 + 50 · (valence at its strongest + mean valence of the last part) / 2"
    return f"index = 50 + 50 · mean valence, a moment {settings.half_life:.0f} s before the end counting half"


def _why_no_index(signal: Signal, last: Signal, settings: ReportSettings) -> str | None:
    if len(signal) < settings.least_seen:
        return f"A face was read {len(signal)} times; it takes {settings.least_seen}."
    if len(last) < settings.least_exit_seen:
        return f"In the last part a face was read {len(last)} times; it takes {settings.least_exit_seen}."
    stretches = count_blocks(last.times)
    if stretches < settings.least_stretches:
        return (
            f"In the last part a face was read in {stretches} stretches of {BLOCK_SECONDS:.0f} seconds; it "
            f"takes {settings.least_stretches}: moments that follow each other at once say nothing new."
        )
    return None


def _exit_emotion(last: Signal, settings: ReportSettings) -> ExitEmotion:
    means = last.probabilities.mean(axis=0)
    order = np.argsort(-means)
    first, second = int(order[0]), int(order[1])
    lead = block_bootstrap(
        lambda rows: float(last.probabilities[rows, first].mean() - last.probabilities[rows, second].mean()),
        last.times,
    )
    course = last.valence(settings.weights)
    share = block_bootstrap(lambda rows: float(last.probabilities[rows, first].mean()), last.times)
    valence = block_bootstrap(lambda rows: float(course[rows].mean()), last.times)
    is_long = count_blocks(last.times) >= settings.least_stretches
    return ExitEmotion(
        label=EXPRESSIONS[first],
        share=share if is_long else Interval(value=share.value, low=0, high=1),
        runner_up=EXPRESSIONS[second] if means[second] > 0 else None,
        clear=is_long and lead.low > 0,
        moments=len(last),
        valence=valence if is_long else Interval(value=valence.value, low=-1, high=1),
        is_long=is_long,
    )


def _index(signal: Signal, settings: ReportSettings) -> Interval:
    course = signal.valence(settings.weights)
    start = settings.exit_start(signal.end)

    def peak_end(rows: npt.NDArray[np.intp]) -> float:
        times, values = signal.times[rows], course[rows]
        smoothed = _window_mean(times, values)
        strongest = smoothed[np.argmax(np.abs(smoothed))]
        ending = values[times >= start]
        return _to_index((strongest + (ending.mean() if len(ending) else values[-1])) / 2)

    def end_weighted(rows: npt.NDArray[np.intp]) -> float:
        weights = 0.5 ** ((signal.end - signal.times[rows]) / settings.half_life)
        return _to_index(float(np.average(course[rows], weights=weights + 1e-12)))

    return block_bootstrap(peak_end if settings.method == "peak-end" else end_weighted, signal.times)


def _to_index(valence: float) -> float:
    return float(np.clip(50 + 50 * valence, 0, 100))


def smooth(
    times: npt.NDArray[np.float64], values: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean and standard deviation of the moments within half a window on either side, each float64 (n,)."""
    mean = _window_mean(times, values)
    return mean, np.sqrt(np.maximum(0.0, _window_mean(times, values**2) - mean**2))


def _window_mean(times: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    first = np.searchsorted(times, times - SMOOTHING_SECONDS / 2, "left")
    last = np.searchsorted(times, times + SMOOTHING_SECONDS / 2, "right")
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray((total[last] - total[first]) / np.maximum(1, last - first), np.float64)


def _extreme(
    times: npt.NDArray[np.float64],
    smoothed: npt.NDArray[np.float64],
    which: Callable[[npt.NDArray[np.float64]], np.intp],
) -> Extreme | None:
    if not len(times):
        return None
    place = int(which(smoothed))
    return Extreme(seconds=float(times[place]), valence=float(smoothed[place]))
