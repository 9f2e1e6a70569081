"""One colour and one display name for each expression, everywhere."""

from typing import Final

from core.expressions import Expression

COLORS: Final[dict[Expression, str]] = {
    Expression.ANGER: "#D55E00",
    Expression.CONTEMPT: "#A07D3B",
    Expression.DISGUST: "#009E73",
    Expression.FEAR: "#B279C4",
    Expression.HAPPINESS: "#E69F00",
    Expression.NEUTRAL: "#8A8F98",
    Expression.SADNESS: "#3A7FC1",
    Expression.SURPRISE: "#56B4E9",
}
"""After Okabe & Ito's palette for colour-blind readers; each has at least 2:1 contrast on white and on the
dark background. Names always stand beside the colours."""

ABSTAINED: Final = "#F4F4F4"
"""Of boxes on pictures whose faces got no label; no expression looks like it."""


def display_name(expression: Expression) -> str:
    """Sentence case, as headings and labels show it."""
    return expression.value.capitalize()
