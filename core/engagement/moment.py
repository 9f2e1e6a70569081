"""One look at one person."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from core.expressions import Expression
from core.readings import Reading


class Moment(BaseModel):
    """What was read at one time; a moment without probabilities is a gap, and says why."""

    model_config = ConfigDict(frozen=True)

    seconds: float = Field(ge=0, description="since the engagement began")
    probabilities: dict[Expression, float] = Field({}, description="empty where there is no answer")
    gap: str | None = Field(None, description="why there is no answer: nobody seen, blurred, ambiguous …")

    @classmethod
    def of(cls, reading: Reading, seconds: float) -> Self:
        """What one reading says of its time: its probabilities, or why there is no answer."""
        if reading.label is not None:
            return cls(seconds=seconds, probabilities=reading.probabilities)
        return cls(seconds=seconds, gap=str(reading.abstained.reason) if reading.abstained else "no answer")

    @property
    def is_seen(self) -> bool:
        """Whether it counts."""
        return bool(self.probabilities)
