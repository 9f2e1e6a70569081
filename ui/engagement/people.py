"""Whom a recording's report is about: the customer alone."""

from typing import Final

import streamlit as st

from core.engagement.recording import Recording
from ui.pictures import enlarge_crop

MOST_PORTRAITS: Final = 12
CHOSEN: Final = "customer_chosen"


def choose_person(recording: Recording, key: str) -> list[int]:
    """The numbers of the one whom the report is about; none where nobody was seen or nobody is chosen.

    Args:
        key: of the recording and how it was read: numbers mean somebody else in another one.
    """
    people = sorted(recording.people.values(), key=lambda person: -len(person.moments))
    if not people:
        st.info("No face was found in the recording.", icon=":material/face_retouching_off:")
        return []
    with st.container(horizontal=True):
        for person in people[:MOST_PORTRAITS]:
            looks = "one look" if len(person.moments) == 1 else f"{len(person.moments)} looks"
            if person.portrait is not None:
                st.image(
                    enlarge_crop(person.portrait, 96),
                    width=96,
                    caption=f"Person {person.number}, {looks}",
                    alt=f"Person {person.number}",
                )
    numbers = [person.number for person in people]
    if len(numbers) == 1:
        return numbers
    if len(people) > MOST_PORTRAITS:
        st.caption(f"The {MOST_PORTRAITS} who were seen most are shown, of {len(people)}.")
    box = f"customer-{key}"
    if (before := st.session_state.get(CHOSEN)) and before[0] == key:
        st.session_state.setdefault(box, before[1])  # the box forgets where another page is looked at
    chosen = st.multiselect(
        "Who is the customer? Nobody else is scored.",
        numbers,
        format_func=lambda number: f"Person {number}",
        placeholder="Choose; all numbers that are the same person",
        help="Whoever was out of sight for some seconds gets another number afterwards.",
        key=box,
    )
    st.session_state[CHOSEN] = key, chosen
    if together := recording.together(chosen):
        st.error(together, icon=":material/group:")
        return []
    return chosen
