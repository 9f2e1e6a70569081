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
        epochs: at most, of all networks; None where nobody said.
        members: networks that learn one after another.
        restores_best: whether it may end early and goes back to the epoch of the smallest inner loss.
        steps_down: whether the learning rate falls in steps, and not all the time.
    """

    epochs: int | None = None
    members: int = 1
    restores_best: bool = False
    steps_down: bool = False

    @property
    def each(self) -> int:
        """Epochs of one network at most; 0 where nobody said."""
        return (self.epochs or 0) // self.members


def plan_of(recipe: Mapping[str, Any]) -> Plan:
    """Read the plan from those settings of a recipe that are `PLANNED`."""
    epochs, said = recipe.get("epochs"), recipe.get("members")
    members = said if isinstance(said, int) and said > 0 else 1
    return Plan(
        epochs=epochs * members if isinstance(epochs, int) else None,
        members=members,
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

    @cached_property
    def networks(self) -> tuple[tuple[int, ...], ...]:
        """The epochs of each network that has any, one after another."""
        each = self.plan.each
        found: dict[int, list[int]] = {}
        for epoch in self.epochs:
            found.setdefault((epoch - 1) // each if each else 0, []).append(epoch)
        return tuple(tuple(epochs) for epochs in found.values())

    @property
    def kept(self) -> tuple[int, ...]:
        """The epoch of each network whose weights a training that came to its end keeps."""
        if not self.plan.restores_best:
            return tuple(epochs[-1] for epochs in self.networks)
        losses = {epoch: loss for epoch, _, loss in self.curves.get("val_loss", ()) if not math.isnan(loss)}
        known = ([epoch for epoch in epochs if epoch in losses] for epochs in self.networks)
        return tuple(min(epochs, key=losses.__getitem__) for epochs in known if epochs)

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
        if self.state == "finished":
            found += [Mark(epoch, "kept") for epoch in self.kept]
        elif self.plan.restores_best:
            found += [Mark(epoch, "best so far") for epoch in self.kept]
        each = self.plan.each
        ended = self.networks[: -1 if self.state in GOES_ON else None]
        found += [Mark(one[-1], f"stopped at epoch {one[-1]}") for one in ended if each and one[-1] % each]
        return tuple(found)
