"""A colour and a symbol for each run that is looked at, which it keeps for as long as it is."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Final

import streamlit as st

from training.history import Run

RUN_COLORS: Final = (
    *("#2F8F93", "#D55E00", "#3A7FC1", "#E69F00", "#B279C4"),
    *("#009E73", "#A07D3B", "#56B4E9", "#C2477F", "#8A8F98"),
)
"""One for each of ten compared runs."""

RUN_SYMBOLS: Final = (
    *("circle", "square", "diamond", "cross", "triangle-up"),
    *("x", "star", "hexagon", "triangle-down", "bowtie"),
)

KEY: Final = "run_slots"


def in_order(runs: Sequence[Run]) -> list[Run]:
    """Runs in the order of their colours; a table hands over ticked ones in the order of its rows."""
    slots = take_slots(st.session_state.get(KEY, {}), [run.id for run in runs])
    st.session_state[KEY] = slots
    return sorted(runs, key=lambda run: slots[run.id])


def color_of(run: Run) -> str:
    """The colour of a run that went through `in_order`."""
    return RUN_COLORS[st.session_state[KEY][run.id] % len(RUN_COLORS)]


def symbol_of(run: Run) -> str:
    """The symbol of a run that went through `in_order`."""
    return RUN_SYMBOLS[st.session_state[KEY][run.id] % len(RUN_SYMBOLS)]


def take_slots(taken: Mapping[str, int], wanted: Sequence[str]) -> dict[str, int]:
    """Give each wanted id a number: the one it has, else the lowest that is free.

    >>> take_slots({"a": 0, "b": 1}, ["new", "b"])
    {'b': 1, 'new': 0}
    """
    slots = {one: taken[one] for one in wanted if one in taken}
    free = (number for number in count() if number not in set(slots.values()))
    return slots | {one: next(free) for one in wanted if one not in slots}
