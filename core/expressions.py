"""The eight expressions, in the one order that every array in Mien follows."""

from enum import StrEnum


class Expression(StrEnum):
    """What a face shows. The definition order is the order of every probability array."""

    ANGER = "anger"
    CONTEMPT = "contempt"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPINESS = "happiness"
    NEUTRAL = "neutral"
    SADNESS = "sadness"
    SURPRISE = "surprise"


EXPRESSIONS: tuple[Expression, ...] = tuple(Expression)

SPELLINGS: dict[str, Expression] = {
    "angry": Expression.ANGER,
    "contemptuous": Expression.CONTEMPT,
    "disgusted": Expression.DISGUST,
    "afraid": Expression.FEAR,
    "fearful": Expression.FEAR,
    "scared": Expression.FEAR,
    "happy": Expression.HAPPINESS,
    "joy": Expression.HAPPINESS,
    "calm": Expression.NEUTRAL,
    "sad": Expression.SADNESS,
    "surprised": Expression.SURPRISE,
}
"""How data sets spell the expressions (CK+48, FER2013, FER+, RAF-DB, AffectNet)."""


def parse_expression(name: str) -> Expression | None:
    """Return the expression that a data set or folder calls `name`, or None if there is no such one.

    >>> parse_expression("Happy")
    <Expression.HAPPINESS: 'happiness'>
    """
    key = name.strip().lower()
    return Expression(key) if key in EXPRESSIONS else SPELLINGS.get(key)
