"""What is wrong with data, by name: what was left out and why, and what is there more than once."""

from collections.abc import Iterator, Sequence
from typing import Final

import streamlit as st

from training.checking import Copies, DataCheck, SkippedFile
from ui.words import counted, plain

MOST_FILES: Final = 500
EXAMPLES: Final = 3
"""Groups of copies with one label that are named; of those with different labels all that the check names."""


def left_out_card(check: DataCheck) -> None:
    """Copies, conflicting ones first; then what was left out, with the reason of each file."""
    lines = [
        *_tell(check.exact_duplicates, "exact copies of one another"),
        *_tell(check.near_duplicates, "near-copies of one another, exact ones among them"),
    ]
    files = (*check.unreadable, *check.unknown_labels, *check.without_face)
    for count, what in (
        (len(check.unreadable), "cannot be read"),
        (len(check.unknown_labels), "have a label that is no expression"),
        (len(check.without_face), "show no face that was found"),
    ):
        if count:
            lines.append(f"- {count} {what}")
    lines += [f"- {count} left out: {cause}" for cause, count in check.left_out.items()]
    if lines:
        st.markdown("\n".join(lines))
    if files:
        _files_table(files)


def _tell(copies: Copies, what: str) -> Iterator[str]:
    if not copies.groups:
        return
    yield (
        f"- {copies.pictures} faces are {what} ({counted(copies.groups, 'group')}, {copies.conflicting} of "
        "different labels)"
    )
    for place, names in enumerate(copies.examples[: max(EXAMPLES, copies.conflicting)]):
        told = " = ".join(plain(name) for name in names[:3]) + (" = …" if len(names) > 3 else "")
        yield f"    - {'**Different labels:** ' if place < copies.conflicting else ''}{told}"


def _files_table(files: Sequence[SkippedFile]) -> None:
    shown = files[:MOST_FILES]
    st.dataframe(
        {"File": [file.name for file in shown], "Why": [file.reason for file in shown]},
        hide_index=True,
        height="auto",
        alt="Files that were left out, and why",
    )
    if len(files) > MOST_FILES:
        st.caption(
            f"{len(files) - MOST_FILES} more are not shown: `python -m training check DATA --json` names all."
        )
