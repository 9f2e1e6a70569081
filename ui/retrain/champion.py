"""What serves now, how it came to that, and the way back."""

import streamlit as st

from core.bundles.store import champion_name
from core.errors import MienError
from training.registry import Promotion, previous_champion, promotions, rollback
from ui.roles import analyst, require_analyst


def champion_card() -> None:
    """Name the champion and its promotions, and offer to go back."""
    entries = promotions()
    name = champion_name()
    st.markdown(f":material/verified: **{name}** serves now." if name else "No model serves yet.")
    if not entries:
        return
    with st.expander("Promotions", icon=":material/history:"):
        st.dataframe(
            [_row(entry) for entry in reversed(entries)],
            hide_index=True,
            column_config={"When": st.column_config.DatetimeColumn(format="localized")},
            alt="Who promoted which model, when and why",
        )
        if previous_champion() is None or analyst() is None:
            return
        if st.button("Go back …", icon=":material/undo:", key="rollback"):
            _confirm_rollback()


def _row(entry: Promotion) -> dict[str, object]:
    return {
        "When": entry.time,
        "What": "promoted" if entry.action == "promote" else "rolled back to",
        "Model": entry.name,
        "Instead of": entry.previous,
        "By": entry.by,
        "Why": entry.note,
    }


@st.dialog("Go back to the champion before?")
def _confirm_rollback() -> None:
    st.markdown(f"From now on **{previous_champion()}** answers again, for everybody.")
    note = st.text_area("Why? One sentence for the log", max_chars=300, key="rollback_note")
    if st.button("Go back", type="primary", key="confirm_rollback"):
        if not note.strip():
            st.error("Say why: whoever promotes it again one day will want to know.", icon=":material/edit:")
            return
        try:
            rollback(require_analyst(), note.strip())
        except MienError as error:
            st.error(str(error), icon=":material/error:")
            return
        st.rerun()
