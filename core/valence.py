"""Expressed valence: how pleasant or unpleasant a face looks, from −1 to 1.

No formula that leads from expression classes to satisfaction has been validated. This one is linear and
always on screen; its weights may be edited.
"""

from collections.abc import Mapping
from typing import Final

from core.expressions import Expression

WEIGHTS: Final[Mapping[Expression, float]] = {
    Expression.ANGER: -1.0,
    Expression.CONTEMPT: -0.6,
    Expression.DISGUST: -0.8,
    Expression.FEAR: -0.6,
    Expression.HAPPINESS: 1.0,
    Expression.NEUTRAL: 0.0,
    Expression.SADNESS: -0.7,
    Expression.SURPRISE: 0.0,
}
"""Signs as in FaceReader's valence (happiness against the unpleasant expressions; surprise may be either).
The sizes are a convention, not a measurement."""


def expressed_valence(
    probabilities: Mapping[Expression, float], weights: Mapping[Expression, float] = WEIGHTS
) -> float:
    """Σ p(class) · weight(class), between −1 and 1.

    >>> expressed_valence({Expression.HAPPINESS: 0.75, Expression.ANGER: 0.25})
    0.5
    """
    return sum(p * weights.get(expression, 0.0) for expression, p in probabilities.items())


def formula(weights: Mapping[Expression, float] = WEIGHTS) -> str:
    """The formula in words.

    >>> formula({Expression.HAPPINESS: 1.0, Expression.ANGER: -1.0, Expression.NEUTRAL: 0.0})
    '+1.0 · happiness −1.0 · anger'
    >>> formula({Expression.SURPRISE: 0.25, Expression.FEAR: -0.04})
    '+0.25 · surprise −0.04 · fear'
    """
    terms = sorted(((w, e) for e, w in weights.items() if w), key=lambda term: -term[0])
    told = " ".join(f"{'+' if weight > 0 else '−'}{_figure(abs(weight))} · {e.value}" for weight, e in terms)
    return told or "0"


def _figure(weight: float) -> str:
    """One decimal, more only where a weight has more."""
    return f"{weight:.1f}" if round(weight, 1) == weight else f"{weight:g}"
