"""What the gate said about a challenger, and everything it rests on.

Light enough for a page; `training.comparing` makes one.
"""

from pathlib import Path
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from core.bundles import Interval, Score
from core.expressions import Expression

Gate: TypeAlias = Literal["better", "no clear difference", "worse"]

DISAGREEMENTS_FILE: Final = "disagreements.npz"


class Side(BaseModel):
    """One of the two models."""

    model_config = ConfigDict(frozen=True)

    name: str
    digest: str
    title: str
    score: Score
    milliseconds_per_crop: float = Field(description="median of one crop at a time, on one core here")
    megabytes: float = Field(description="of the file that serves")
    parameters: int


class Disagreement(BaseModel):
    """A picture that the two read differently; its crop has the same place in `disagreements.npz`."""

    model_config = ConfigDict(frozen=True)

    name: str
    truth: Expression
    challenger: Expression
    challenger_confidence: float
    champion: Expression
    champion_confidence: float


class Verdict(BaseModel):
    """What the gate says, and everything it rests on."""

    model_config = ConfigDict(frozen=True)

    outcome: Gate
    reasons: tuple[str, ...]
    cautions: tuple[str, ...] = Field(description="what to bear in mind before believing the outcome")
    challenger: Side
    champion: Side | None = Field(description="None where no model served")
    labels: tuple[Expression, ...] = Field(description="that both know and the pictures show")
    accuracy: Interval | None = Field(None, description="challenger minus champion")
    macro_f1: Interval | None = Field(None, description="challenger minus champion")
    recall: dict[Expression, Interval] = Field({}, description="challenger minus champion, a class each")
    disagreements: tuple[Disagreement, ...] = ()

    @property
    def headline(self) -> str:
        """One sentence."""
        accuracy = self.challenger.score.accuracy.value
        told = (
            f"{self.challenger.name} is right on {accuracy:.1%} of {self.challenger.score.n} held-out faces"
        )
        if self.champion is None:
            return f"{told}; no model served that it could be compared with."
        return (
            f"{told}, the champion {self.champion.name} on {self.champion.score.accuracy.value:.1%}: "
            f"{self.outcome}."
        )


def read_verdict(file: Path) -> Verdict | None:
    """What the gate said about a job that is done; None where there is nothing to read."""
    try:
        return Verdict.model_validate_json(file.read_bytes())
    except (OSError, ValueError):
        return None
