"""When too few people were judged on for an interval to be believed."""

from collections.abc import Sequence
from typing import Final

from core.bundles import Score

FEWEST_PEOPLE: Final = 10
"""Below so many the bootstrap over people is far too sure of itself; with one it has no width at all.

With twelve pictures each of made-up people, 150 times, its 95% held the truth in 70% with two people, in 85%
with five, in 90% with ten, and in 95% with forty."""


def few_people(scores: Sequence[Score]) -> tuple[str, ...]:
    """A sentence for each score whose interval says too much."""
    return tuple(
        f"Only {score.subjects} people of {score.data} were judged on: the intervals are too narrow."
        for score in scores
        if score.subjects is not None and score.subjects < FEWEST_PEOPLE
    )
