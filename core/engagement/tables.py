"""Moments and reports as files that other programs read."""

import csv
import io
from collections.abc import Sequence

from core.engagement.moment import Moment
from core.expressions import EXPRESSIONS
from core.valence import expressed_valence


def moments_csv(moments: Sequence[Moment]) -> str:
    """One line a look: seconds, a probability each, expressed valence, and why there is no answer."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["seconds", *(e.value for e in EXPRESSIONS), "valence", "gap"])
    for moment in moments:
        shares = [f"{moment.probabilities[e]:.4f}" if e in moment.probabilities else "" for e in EXPRESSIONS]
        valence = f"{expressed_valence(moment.probabilities):.4f}" if moment.is_seen else ""
        writer.writerow([f"{moment.seconds:.3f}", *shares, valence, moment.gap or ""])
    return stream.getvalue()
