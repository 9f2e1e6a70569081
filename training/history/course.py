"""How a training went: its curves, and what its recipe makes of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, TypeAlias

Curves: TypeAlias = Mapping[str, Sequence[tuple[int, float, float]]]
"""By name of the figure: epoch, seconds since the epoch of 1970, value."""

GOES_ON: Final = frozenset({"running", "scheduled"})
PLANNED: Final = ("epochs", "members", "early_stopping", "schedule")
"""Settings of a recipe that a plan is made of."""


@dataclass(frozen=True)
class Plan:
    """What a recipe says about how its curves are to be read.

    Attributes:
        epochs: at most; None where nobody said.
        restores_best: whether it may end early and goes back to the epoch of the smallest inner loss.
        steps_down: whether the learning rate falls in steps, and not all the time.
    """

    epochs: int | None = None
    restores_best: bool = False
    steps_down: bool = False


def plan_of(recipe: Mapping[str, Any]) -> Plan:
    """Read the plan from those settings of a recipe that are `PLANNED`."""
    epochs, members = recipe.get("epochs"), recipe.get("members") or 1
    return Plan(
        epochs=epochs * members if isinstance(epochs, int) and isinstance(members, int) else None,
        restores_best=recipe.get("early_stopping") is not None,
        steps_down=recipe.get("schedule") == "plateau",
    )


@dataclass(frozen=True)
class Mark:
    """Something that happened at the end of an epoch.

    Attributes:
        text: empty where the learning rate fell.
    """

    epoch: int
    text: str = ""


@dataclass(frozen=True)
class Course:
    """One training over time.

    Attributes:
        started: seconds since the epoch of 1970.
        state: of the run, as MLflow names it, in small letters.
    """

    curves: Curves
    started: float
    plan: Plan
    state: str

    @cached_property
    def epochs(self) -> dict[int, dict[str, float]]:
        """The figures of each epoch, in order."""
        found: dict[int, dict[str, float]] = {}
        for name, points in self.curves.items():
            for epoch, _, value in points:
                found.setdefault(epoch, {})[name] = value
        return dict(sorted(found.items()))

    @property
    def kept(self) -> int | None:
        """The epoch whose weights a training that came to its end keeps; None before the first."""
        if not self.plan.restores_best:
            return max(self.epochs, default=None)
        losses = [point for point in self.curves.get("val_loss", ()) if not math.isnan(point[2])]
        return min(losses, key=lambda point: point[2])[0] if losses else None

    @property
    def elapsed(self) -> dict[int, float]:
        """Seconds of training at the end of each epoch, without the pauses of one that was resumed.

        Where epochs were not timed, the seconds since it started.
        """
        epochs = self.epochs
        if epochs and all("seconds" in figures for figures in epochs.values()):
            total = 0.0
            return {epoch: (total := total + figures["seconds"]) for epoch, figures in epochs.items()}
        ends = {epoch: when for points in self.curves.values() for epoch, when, _ in points}
        start = min([self.started, *ends.values()])
        return {epoch: ends[epoch] - start for epoch in epochs}

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Where the learning rate fell, which epoch counts, and where it ended before its time."""
        rates = self.curves.get("learning_rate", ()) if self.plan.steps_down else ()
        found = [Mark(epoch) for (_, _, before), (epoch, _, after) in pairwise(rates) if after < before]
        if self.kept is not None and self.state == "finished":
            found.append(Mark(self.kept, "kept"))
        elif self.kept is not None and self.plan.restores_best:
            found.append(Mark(self.kept, "best so far"))
        last = max(self.epochs, default=0)
        if self.state not in GOES_ON and 0 < last < (self.plan.epochs or 0):
            found.append(Mark(last, f"stopped at epoch {last}"))
        return tuple(found)
