"""Moments and reports as files that other programs read."""

import csv
import io
from collections.abc import Sequence

from core.engagement.moment import Moment
from core.engagement.report_settings import ReportSettings
from core.engagement.signal import judged_signal
from core.expressions import EXPRESSIONS


def moments_csv(moments: Sequence[Moment], settings: ReportSettings | None = None) -> str:
    """One line a look: seconds, a probability each, expressed valence, and why there is no answer.

    Args:
        settings: of the report, so that the figures are those that it rests on: what the face shows at rest
            is subtracted, and the valence has its weights.
    """
    settings = settings or ReportSettings()
    signal = judged_signal(moments, settings)
    figures = zip(signal.probabilities, signal.valence(settings.weights), strict=True)
    known = dict(zip(signal.times.tolist(), figures, strict=True))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["seconds", *(e.value for e in EXPRESSIONS), "valence", "gap"])
    for moment in moments:
        shares, valence = [""] * len(EXPRESSIONS), ""
        if moment.is_seen:
            probabilities, value = known[moment.seconds]
            shares = [
                f"{p:.4f}" if p or e in moment.probabilities else ""
                for e, p in zip(EXPRESSIONS, probabilities, strict=True)
            ]
            valence = f"{value:.4f}"
        writer.writerow([f"{moment.seconds:.3f}", *shares, valence, moment.gap or ""])
    return stream.getvalue()
