"""What reading a data set gives: the crops, and what was left out and why."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from training.datasets.labelled import LabelledCrops

log = logging.getLogger(__name__)

NAMED: Final = 5
"""How many of the pictures left out for one cause a warning names."""


class Cause(StrEnum):
    """Why a picture of a data set is not among its crops."""

    UNREADABLE = "unreadable"
    UNKNOWN_LABEL = "unknown label"
    NO_FACE = "no face found"
    UNCLEAR = "no clear label"
    NEAR_COPY = "near-copy of a test picture"
    KEPT_APART = "kept apart"

    @property
    def is_fault(self) -> bool:
        """Whether the owner of the data would want to mend it; else it is left out by rule."""
        return self in {Cause.UNREADABLE, Cause.UNKNOWN_LABEL, Cause.NO_FACE}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A picture that was left out.

    Attributes:
        name: as in `LabelledCrops.names`; of an unknown label, the folder.
        cause: the kind of reason.
        reason: one sentence.
    """

    name: str
    cause: Cause
    reason: str


@dataclass(frozen=True, eq=False)
class ReadData:
    """A data set in memory."""

    crops: LabelledCrops
    skipped: tuple[Skipped, ...] = ()

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """All crops and all that was skipped, in order."""
        return cls(
            LabelledCrops.concatenate([part.crops for part in parts]),
            tuple(skipped for part in parts for skipped in part.skipped),
        )


def log_skipped(skipped: Iterable[Skipped]) -> None:
    """Warn of faults in the data, once a cause; what was left out by rule is mere information."""
    by_cause: dict[Cause, list[Skipped]] = {}
    for one in skipped:
        by_cause.setdefault(one.cause, []).append(one)
    for cause, group in by_cause.items():
        named = "; ".join(f"{one.name}: {one.reason}" for one in group[:NAMED])
        more = f" … and {len(group) - NAMED} more" if len(group) > NAMED else ""
        level = logging.WARNING if cause.is_fault else logging.INFO
        log.log(level, "skipped %d (%s): %s%s", len(group), cause, named, more)
