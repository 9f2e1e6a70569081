"""What serves now, how it came to that, and the way back."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from core.bundles.store import champion_name
from core.errors import MienError
from training.registry import Promotion, previous_champion, promote, promotions, rollback
from ui.roles import analyst, require_analyst

WENT_BACK: Final = "went_back"
WHY_BACK: Final = "Gone back with one click."
WHY_UNDONE: Final = "Going back was undone."


def champion_card() -> None:
    """Name the champion and its promotions, and offer to go back in one click."""
    name, earlier = champion_name(), previous_champion()
    with st.container(horizontal=True, vertical_alignment="center"):
        said = f":material/verified: **{name}** serves now." if name else "No model serves yet."
        st.markdown(said, width="content")
        if name and earlier and analyst() is not None:
            st.button(
                f"Go back to {earlier}",
                icon=":material/undo:",
                key=f"rollback-{name}",  # of a double click the second half finds no button
                on_click=_go_back,
                args=(name, earlier),
            )
    _went_back_card(name)
    entries = promotions()
    if not entries:
        return
    with st.expander("Promotions", icon=":material/history:"):
        st.dataframe(
            [_row(entry) for entry in reversed(entries)],
            hide_index=True,
            column_config={"When": st.column_config.DatetimeColumn(format="localized")},
            alt="Who promoted which model, when and why",
        )
        if earlier and analyst() is not None:
            st.text_input(
                "Why go back? For the log, if you like", WHY_BACK, max_chars=300, key="rollback_note"
            )


def _went_back_card(name: str | None) -> None:
    """What a click on the way back did, and how to undo it, as long as it is so."""
    if error := st.session_state.pop("champion_error", None):
        st.error(error, icon=":material/error:")
    entry: Promotion | None = st.session_state.get(WENT_BACK)
    if entry is None or entry.name != name or entry.previous is None:
        return
    st.success(
        f"**{entry.name}** serves again, in every open browser, instead of {entry.previous}. "
        "One click undoes that.",
        icon=":material/undo:",
    )
    st.button(
        f"Serve {entry.previous} again",
        icon=":material/redo:",
        key="undo_rollback",
        on_click=_undo,
        args=(entry.previous, entry.name),
    )


def _row(entry: Promotion) -> dict[str, object]:
    return {
        "When": entry.time,
        "What": "promoted" if entry.action == "promote" else "rolled back to",
        "Model": entry.name,
        "Instead of": entry.previous,
        "By": entry.by,
        "Why": entry.note,
    }


def _go_back(name: str, earlier: str) -> None:
    note = st.session_state.pop("rollback_note", "").strip() or WHY_BACK
    st.session_state[WENT_BACK] = _done(lambda by: rollback(by, note, (name, earlier)))


def _undo(name: str, serving: str) -> None:
    _done(lambda by: promote(name, by, WHY_UNDONE, expected=serving))


def _done(action: Callable[[str], Promotion]) -> Promotion | None:
    """What an analyst was allowed to do and worked; why not is kept for the page to say."""
    try:
        return action(require_analyst())
    except MienError as error:
        st.session_state["champion_error"] = str(error)
        return None
