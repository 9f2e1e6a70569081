"""The card of a bundle: what it answers, what it is worth, and what it may be used for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.expressions import EXPRESSIONS, Expression

NAME_PATTERN: Final = r"[a-z0-9][a-z0-9._-]{0,63}"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _is_none(value: object) -> bool:
    """What older cards lack is not written into them: it would change their bundles' digests."""
    return value is None


def _is_false(value: object) -> bool:
    """What older cards do not say either."""
    return value is False


def _is_float32(value: object) -> bool:
    """What older cards do not say, and need not."""
    return value == "float32"


class Interval(_Frozen):
    """A figure with its 95% bootstrap interval."""

    value: float
    low: float
    high: float

    @property
    def in_percent(self) -> str:
        """Both together.

        >>> Interval(value=0.845, low=0.833, high=0.8571).in_percent
        '84.5% (83.3% to 85.7%)'
        """
        return f"{self.value:.1%} ({self.low:.1%} to {self.high:.1%})"


class ClassScore(_Frozen):
    """How well one expression is told from the others."""

    precision: float
    recall: float
    n: int = Field(description="pictures that show it")


class ReliabilityBin(_Frozen):
    """Answers of about the same confidence."""

    n: int
    confidence: float = Field(description="mean top probability")
    accuracy: float


class CoveragePoint(_Frozen):
    """Accuracy on the most confident share of the crops."""

    coverage: float
    accuracy: float


class Refusal(_Frozen):
    """How often a bundle gives no label to what is no face, and to what is one."""

    nonfaces: int
    nonfaces_refused: float = Field(description="share that gets no label, for whatever reason")
    faces: int
    faces_refused: float = Field(description="share that is called unlike a face")
    faces_unanswered: float | None = Field(
        None, exclude_if=_is_none, description="share that gets no label, for whatever reason"
    )
    leaks: bool = Field(False, description="some of the non-faces may have been learned from")


class Robustness(_Frozen):
    """What one change of the crops costs."""

    change: str
    data: str | None = Field(None, exclude_if=_is_none, description="what was changed; None: not recorded")
    n: int | None = Field(None, exclude_if=_is_none, description="crops; None: not recorded")
    leaks: bool = Field(
        False, exclude_if=_is_false, description="whether the model had learned from the pictures"
    )
    accuracy: float
    lost: float = Field(description="accuracy on the unchanged crops minus `accuracy`")
    unanswered: float | None = Field(
        None, exclude_if=_is_none, description="share that gets no label; None: not measured"
    )


class GroupScore(_Frozen):
    """How one group of people fares."""

    attribute: str = Field(description="column of the groups table, such as age")
    group: str
    data: str | None = Field(None, exclude_if=_is_none, description="what was judged; None: not recorded")
    leaks: bool = Field(
        False, exclude_if=_is_false, description="whether the model had learned from the pictures"
    )
    n: int = Field(description="crops")
    people: int | None = Field(None, exclude_if=_is_none, description="None: not known, or not recorded")
    accuracy: Interval
    unanswered: float = Field(description="share that gets no label")


class Score(_Frozen):
    """What a bundle is worth on one set of labelled crops."""

    data: str
    protocol: str = Field(description="how the crops were kept apart from training, in words")
    own: bool = Field(
        True,
        exclude_if=bool,
        description="whether the bundle's own network was judged; else others, trained as it was",
    )
    leaks: bool = Field(description="whether near-copies of the test crops were learned from")
    leak: float | None = Field(
        None,
        exclude_if=_is_none,
        description="share of the crops with a sibling in training; None: not recorded",
    )
    shared_people: float | None = Field(
        None,
        exclude_if=_is_none,
        description="share of the crops that show somebody who was learned from; None: not recorded",
    )
    n: int
    subjects: int | None = Field(description="people in the data; None where unknown")
    accuracy: Interval
    balanced_accuracy: float
    macro_f1: Interval
    expected_calibration_error: float
    brier: float
    negative_log_likelihood: float
    per_class: dict[Expression, ClassScore]
    confusion: tuple[tuple[int, ...], ...] = Field(
        description="rows are true, columns answered, in label order"
    )
    coverage: float = Field(description="share of crops that get a label")
    covered_accuracy: float | None = Field(description="accuracy on those; None where all abstained")
    unlike_a_face: float | None = Field(
        None,
        exclude_if=_is_none,
        description="share of crops that get no label because they seem to show no face; None: not measured",
    )
    labels: tuple[Expression, ...] = Field(
        (), description="what `confusion` counts, in order; the card's labels where empty"
    )
    reliability: tuple[ReliabilityBin, ...] = ()
    risk_coverage: tuple[CoveragePoint, ...] = ()

    @property
    def how(self) -> str:
        """The protocol, and how much of the test part the training part knows, where that was recorded."""
        told = [self.protocol]
        if self.leak:
            told.append(f"{_some(self.leak)} of the test frames have a sibling in training")
        if self.shared_people:
            told.append(f"{_some(self.shared_people)} show a person who was learned from")
        return "; ".join(told)


def _some(share: float) -> str:
    """A share that is not zero, in percent.

    >>> _some(0.971), _some(0.002)
    ('97%', 'under 1%')
    """
    return f"{share:.0%}" if share >= 0.005 else "under 1%"


class Thresholds(_Frozen):
    """When to abstain."""

    confidence: float = Field(ge=0, le=1, description="smallest top probability that gets a label")
    coverage: float = Field(
        ge=0, le=1, description="share of inner crops that `confidence` was chosen to keep"
    )
    face: float | None = Field(
        ge=0, le=1, description="smallest probability of being a face; None: not judged"
    )


class Layer(_Frozen):
    """One layer of the network, as the History page lists and draws it."""

    name: str
    kind: str
    shape: tuple[int, ...] = Field(description="of its output, without the batch")
    parameters: int
    after: tuple[str, ...] = Field(description="layers that it reads")


class InputSpec(_Frozen):
    """What the model takes."""

    size: Literal[48] = 48
    channels: Literal[1] = 1
    dtype: Literal["uint8"] = "uint8"


class Training(_Frozen):
    """How a bundle came about."""

    recipe: dict[str, object]
    split: Literal["subject", "sequence", "official", "random"]
    seed: int
    initial: str | None = Field(None, description="bundle whose weights it started from; None: from scratch")
    teacher: str | None = Field(
        None, exclude_if=_is_none, description="bundle whose answers it learned from besides the labels"
    )
    learned_before: tuple[str, ...] = Field(
        (), description="data sets that `initial` and `teacher` had learned from"
    )
    sources: tuple[str, ...] = Field((), description="data sets learned from by itself")
    rows: dict[str, int] = Field(description="crops learned from, kept for choices, and judged on")
    data_digest: str
    epochs: int
    seconds: float
    device: str
    precision: str
    backend: str
    versions: dict[str, str]

    @property
    def all_sources(self) -> frozenset[str]:
        """Every data set that this model or one before it has learned from."""
        return frozenset((*self.sources, *self.learned_before))


class Card(_Frozen):
    """Everything a reader or a server needs to know about a bundle."""

    name: str = Field(pattern=f"^{NAME_PATTERN}$")
    title: str
    created: datetime
    labels: tuple[Expression, ...] = Field(min_length=2, description="expressions, in output order")
    refuses_non_faces: bool = Field(description="whether one more output says that the crop shows no face")
    input: InputSpec = InputSpec()
    runtime: Literal["float32", "float16", "dynamic", "int8"] = Field(
        "float32", exclude_if=_is_float32, description="how the runtime model keeps its numbers"
    )
    temperature: float = Field(gt=1e-3, lt=1e3, description="logits are divided by it before the softmax")
    thresholds: Thresholds
    parameters: int = Field(description="weights of the network, trainable or not")
    layers: tuple[Layer, ...] = Field((), description="in the order of computation; empty: not written down")
    scores: tuple[Score, ...]
    refusal: Refusal | None = Field(None, description="None: never measured")
    robustness: tuple[Robustness, ...] = ()
    groups: tuple[GroupScore, ...] = Field((), description="empty: measured on no data that names groups")
    training: Training
    terms: str = Field(description="what the training data allows")
    limits: tuple[str, ...] = Field(min_length=1)
    files: dict[str, str] = Field(description="SHA-256 of each other file of the bundle")

    @model_validator(mode="after")
    def _labels_in_order(self) -> Self:
        if list(self.labels) != [expression for expression in EXPRESSIONS if expression in self.labels]:
            raise ValueError(f"labels must differ and stand in this order: {', '.join(EXPRESSIONS)}")
        return self

    @property
    def headline(self) -> Score | None:
        """The one to believe, as `headline_of` tells."""
        return headline_of(self.scores)


def headline_of(scores: Sequence[Score]) -> Score | None:
    """The score to believe: the first that does not leak, of people never seen where there is such."""
    honest = [score for score in scores if not score.leaks]
    return next((score for score in honest if not score.shared_people), honest[0] if honest else None)
