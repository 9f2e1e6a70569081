"""What the data sets allow, and what a model that learned from them cannot do."""

from collections.abc import Iterable

from core.expressions import EXPRESSIONS, Expression
from training.datasets.ckplus import SOURCE as CKPLUS
from training.datasets.drawn import SOURCE as DRAWN
from training.datasets.fer2013 import SOURCE as FER2013
from training.datasets.ferplus import NONFACES as FERPLUS_NONFACES
from training.datasets.ferplus import SOURCE as FERPLUS
from training.datasets.labelled import NOT_A_FACE
from training.datasets.nonfaces import SOURCE as MADE

TERMS = {
    CKPLUS: "CK+48 derives from the Extended Cohn-Kanade data set: research use by agreement; "
    "its pictures may be neither shown nor passed on.",
    DRAWN: "Drawn by Mien: free of licences and of anybody's face.",
    FER2013: "FER2013's pictures were collected from the web for research and may not be published.",
    FERPLUS: "FER2013's pictures were collected from the web for research and may not be published; "
    "FER+'s votes are under the MIT licence.",
}

NONFACES = frozenset({MADE, FERPLUS_NONFACES})
"""Sources that show nobody."""

LIMITS = (
    "An expression is what a face shows; it is not what a person feels.",
    "Not for decisions about people: not for hiring, work, school or policing.",
)

CKPLUS_ONLY = "It learned only posed faces filmed in one laboratory and is unreliable on other photos."

NO_NEUTRAL = "It does not know the neutral face and calls it something else."

DRAWN_ONLY = ("It learned only drawn faces: on photos its answers mean nothing.",)


def learned_nonfaces(sources: Iterable[str]) -> bool:
    """Whether crops without a face from a data set are among them; made ones are made anew each time."""
    return FERPLUS_NONFACES in sources


def terms_of(sources: Iterable[str]) -> str:
    """The terms of every data set that was learned from; one that Mien does not know has its own."""
    seen = set(sources)
    told = [text for source, text in TERMS.items() if source in seen]
    others = sorted(seen - set(TERMS) - NONFACES)
    if others:
        told.append(f"The data's own terms apply to what was learned from {', '.join(others)}.")
    return " ".join(told)


def limits_of(sources: Iterable[str], columns: tuple[int, ...]) -> tuple[str, ...]:
    """The known limits of a model trained on these sources with these outputs."""
    limits: tuple[str, ...] = LIMITS
    faces = {source for source in sources if source not in NONFACES}
    if EXPRESSIONS.index(Expression.NEUTRAL) not in columns:
        limits = (NO_NEUTRAL, *limits)
    if faces == {CKPLUS}:
        limits = (CKPLUS_ONLY, *limits)
    if faces == {DRAWN}:
        limits = (*DRAWN_ONLY, *limits)
    blind = "It cannot tell whether a crop shows a face at all."
    return (*limits, blind if NOT_A_FACE not in columns else "Drawings of faces may get a label.")
