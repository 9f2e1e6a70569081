"""What the API takes and gives, as its OpenAPI document says."""

from datetime import datetime
from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.bundles import Interval
from core.engagement import Report
from core.engagement.report_settings import Choice
from core.engagement.texts import CONTROL
from core.expressions import Expression

ONE_LINE: Final = r"^[^\x00-\x1f\x7f]*$"
TEXT: Final = f"^[^{CONTROL}]*$"

MOST_SECONDS: Final = 86_400
"""Of an engagement."""

Box = tuple[float, float, float, float]


class Face(BaseModel):
    """One face of a picture."""

    box: Box | None = Field(description="x, y, width, height in pixels")
    label: Expression | None
    abstained: str | None = Field(description="why there is no label")
    probabilities: dict[Expression, float]
    face: float | None = Field(description="probability that it is a face at all")
    quality: dict[str, float | None]


class Picture(BaseModel):
    """One picture, read or not."""

    path: str
    faces: list[Face]
    model: str
    digest: str | None
    milliseconds: dict[str, float]
    error: str | None = Field(description="one sentence where it could not be read")


class Model(BaseModel):
    """One model and what it is worth."""

    name: str
    title: str
    digest: str
    serves: bool
    labels: list[Expression]
    accuracy: Interval | None = Field(description="on faces it never saw; None where not measured")
    measured_on: str | None
    limits: list[str]


Stripped: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True)]


class NewEngagement(BaseModel):
    """What is said when an engagement begins."""

    model_config = ConfigDict(extra="forbid")

    name: Stripped = Field("", max_length=200, pattern=ONE_LINE)
    channel: Stripped = Field("", max_length=60, pattern=ONE_LINE, description="or queue; never an employee")
    consent: Stripped = Field(
        min_length=1, max_length=2000, pattern=TEXT, description="what the customer was told and agreed to"
    )


class Begun(BaseModel):
    """An engagement that has begun."""

    id: str
    begun: datetime
    model: str


class Look(BaseModel):
    """What one frame of an engagement gave."""

    seconds: float
    known: bool = Field(description="whether a frame of this time had come before; it counts once")
    face: Face | None = Field(description="the customer's; null where there was none, or nobody said which")
    gap: str | None = Field(description="why this time counts as a gap; null where it does not")
    boxes: list[Box] = Field(description="of all faces in sight, the largest first: x, y, width, height")


class Ending(BaseModel):
    """What is said when an engagement ends, where there is something to say."""

    model_config = ConfigDict(extra="forbid")

    seconds: float | None = Field(
        None,
        ge=0,
        le=MOST_SECONDS,
        description="when it ended, since it began; the last frame's time if left out, or earlier than that",
    )
    settings: Choice = Field(Choice(), description="how the report is made")


class Result(BaseModel):
    """A finished engagement."""

    id: str
    name: str
    channel: str
    created: datetime
    model: str
    digest: str
    report: Report = Field(description="exit emotion, index, course figures and how they were made")
