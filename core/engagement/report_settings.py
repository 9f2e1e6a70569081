"""How an engagement is judged: everything here is on screen beside its report."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.expressions import Expression
from core.valence import WEIGHTS

Method = Literal["peak-end", "end-weighted"]


class ReportSettings(BaseModel):
    """How a report is made; everything here is on screen beside it."""

    model_config = ConfigDict(frozen=True)

    exit_seconds: float = Field(10.0, gt=0, description="length of the last part")
    exit_share: float | None = Field(None, gt=0, le=1, description="instead: its share of the engagement")
    method: Method = "peak-end"
    weights: dict[Expression, float] = Field(default_factory=lambda: dict(WEIGHTS))
    half_life: float = Field(30.0, gt=0, description="end-weighted: seconds before the end that count half")
    baseline_seconds: float = Field(0.0, ge=0, description="rest at the start to subtract; 0: none")
    least_seen: int = Field(10, ge=1, description="seen moments below which there is no index")
    least_exit_seen: int = Field(
        3, ge=1, description="seen moments of the last part below which there is none"
    )

    least_stretches: int = Field(
        3, ge=1, description="stretches of two seconds with a seen moment, in the last part and so in all"
    )

    def exit_start(self, end: float) -> float:
        """When the last part begins, seconds."""
        length = self.exit_share * end if self.exit_share is not None else self.exit_seconds
        return max(0.0, end - length)
