"""How an engagement is judged: everything here is on screen beside its report."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.expressions import Expression
from core.valence import WEIGHTS

Method = Literal["peak-end", "end-weighted"]
Weight = Annotated[float, Field(ge=-1, le=1)]

EXIT_SECONDS: Final = 10.0
"""The last part, where nothing else is chosen."""

SHORTEST_EXIT: Final = 1.0
LONGEST_EXIT: Final = 120.0
SMALLEST_SHARE: Final = 0.05
LONGEST_REST: Final = 20.0
"""What may be chosen, wherever it is chosen: lengths in seconds, the last part also as a share."""


class ReportSettings(BaseModel):
    """How a report is made; everything here is on screen beside it."""

    model_config = ConfigDict(frozen=True)

    exit_seconds: float = Field(EXIT_SECONDS, gt=0, description="length of the last part")
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

    @property
    def essence(self) -> str:
        """The same for all settings that judge alike, whatever those say that are not used."""
        unused = {"exit_seconds"} if self.exit_share is not None else set[str]()
        unused |= {"half_life"} if self.method == "peak-end" else set()
        return self.model_dump_json(exclude=unused)

    def exit_start(self, end: float) -> float:
        """When the last part begins, seconds."""
        length = self.exit_share * end if self.exit_share is not None else self.exit_seconds
        return max(0.0, end - length)


class Choice(BaseModel):
    """What may be chosen of the settings, within the limits that hold wherever it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method = "peak-end"
    exit_seconds: float = Field(
        EXIT_SECONDS, ge=SHORTEST_EXIT, le=LONGEST_EXIT, description="length of the last part"
    )
    exit_share: float | None = Field(
        None, ge=SMALLEST_SHARE, le=1, description="instead: its share of the engagement"
    )
    baseline_seconds: float = Field(
        0.0, ge=0, le=LONGEST_REST, description="rest at the start to subtract; 0: none"
    )
    weights: dict[Expression, Weight] = Field(
        default_factory=dict, description="of expressions in the valence, where not the usual ones"
    )

    def settings(self) -> ReportSettings:
        """All settings, those that were not chosen as usual."""
        return ReportSettings(**dict(self) | {"weights": dict(WEIGHTS) | self.weights})
