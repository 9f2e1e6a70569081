"""The index of expressed valence, 0 to 100: its formulas, and when there is too little for it."""

import numpy as np
import numpy.typing as npt

from core.bundles import Interval
from core.engagement.bootstrap import BLOCK_SECONDS, Rows, Times, block_bootstrap, count_blocks
from core.engagement.report_settings import ReportSettings
from core.engagement.signal import Signal
from core.engagement.smoothing import window_mean


def index_formula(settings: ReportSettings) -> str:
    """The formula as it stands on screen."""
    if settings.method == "peak-end":
        return "index = 50 + 50 · (valence at its strongest + mean valence of the last part) / 2"
    return f"index = 50 + 50 · mean valence, a moment {settings.half_life:.0f} s before the end counting half"


def why_no_index(signal: Signal, last: Signal, settings: ReportSettings) -> str | None:
    """What is missing for an index, as a sentence; None where nothing is."""
    if len(signal) < settings.least_seen:
        return f"A face was read {_times(len(signal))}; it takes {settings.least_seen}."
    if len(last) < settings.least_exit_seen:
        return f"In the last part a face was read {_times(len(last))}; it takes {settings.least_exit_seen}."
    stretches = count_blocks(last.times)
    if stretches < settings.least_stretches:
        return (
            f"In the last part a face was read in {stretches} stretch{'' if stretches == 1 else 'es'} of "
            f"{BLOCK_SECONDS:.0f} seconds; it takes {settings.least_stretches}: "
            "moments that follow each other at once say nothing new."
        )
    return None


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def compute_index(signal: Signal, settings: ReportSettings) -> Interval:
    """The index of one person's signal, with its 95% interval by block bootstrap."""
    course = signal.valence(settings.weights)
    start = settings.exit_start(signal.end)

    def peak_end(rows: Rows, times: Times) -> float:
        values, spans = course[rows], signal.spans[rows]
        smoothed = window_mean(times, values, spans)
        strongest = smoothed[strongest_of(np.abs(smoothed), signal.borne[rows])]
        is_ending = signal.times[rows] >= start
        if not is_ending.any():
            return np.nan
        return _to_index((strongest + np.average(values[is_ending], weights=spans[is_ending])) / 2)

    def end_weighted(rows: Rows, _: Times) -> float:
        seen = signal.times[rows]
        weights = 0.5 ** ((seen.max() - seen) / settings.half_life)  # their ratio counts
        return _to_index(float(np.average(course[rows], weights=weights * signal.spans[rows])))

    return block_bootstrap(peak_end if settings.method == "peak-end" else end_weighted, signal.times)


def strongest_of(strengths: npt.NDArray[np.float64], borne: npt.NDArray[np.bool_]) -> int:
    """Place of the strongest moment among those that are borne out by others; among all where none is.

    Args:
        strengths: float64 (n,), n more than 0.
    """
    return int(np.argmax(np.where(borne, strengths, -np.inf) if borne.any() else strengths))


def _to_index(valence: float) -> float:
    return float(np.clip(50 + 50 * valence, 0, 100))
