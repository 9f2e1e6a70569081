"""One look at one person."""

from pydantic import BaseModel, ConfigDict, Field

from core.expressions import Expression


class Moment(BaseModel):
    """What was read at one time; a moment without probabilities is a gap, and says why."""

    model_config = ConfigDict(frozen=True)

    seconds: float = Field(ge=0, description="since the engagement began")
    probabilities: dict[Expression, float] = Field({}, description="empty where there is no answer")
    gap: str | None = Field(None, description="why there is no answer: nobody seen, blurred, ambiguous …")

    @property
    def is_seen(self) -> bool:
        """Whether it counts."""
        return bool(self.probabilities)
