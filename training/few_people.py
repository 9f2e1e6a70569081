"""When too few people were judged on for an interval to be believed."""

from collections.abc import Sequence
from typing import Final

from core.bundles import Score

FEWEST_PEOPLE: Final = 10
"""Below so many the bootstrap over people is far too sure of itself; with one it has no width at all.

With twelve pictures each of made-up people, 150 times, its 95% held the truth in 70% with two people, in 85%
with five, in 90% with ten, and in 95% with forty."""


def few_people(scores: Sequence[Score]) -> tuple[str, ...]:
    """A sentence for each data set of whose people an interval says too much."""
    few = {(s.subjects, s.data): None for s in scores if s.subjects and s.subjects < FEWEST_PEOPLE}
    return tuple(
        f"Only {count} {'person' if count == 1 else 'people'} of {data} {'was' if count == 1 else 'were'} "
        "judged on: the intervals are too narrow."
        for count, data in few
    )
