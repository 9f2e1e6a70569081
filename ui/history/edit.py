"""What an analyst can change about a run."""

from collections.abc import Callable

import streamlit as st

from core.bundles.store import champion_name
from core.errors import MienError
from training.history import History, HistoryError, Run
from training.history.run import ARCHIVED_TAG, LABELS_TAG, NOTE_TAG
from ui.roles import analyst, require_analyst


def edit_card(history: History, run: Run) -> None:
    """Notes, labels, archive and deletion, for an analyst."""
    if analyst() is None:
        return
    with st.expander("Note, labels, archive", icon=":material/edit_note:"):
        note = st.text_area("Note", run.note, max_chars=2000, key=f"note-{run.id}")
        labels = st.multiselect(
            "Labels", run.labels, list(run.labels), accept_new_options=True, key=f"labels-{run.id}"
        )
        with st.container(horizontal=True):
            keep = {NOTE_TAG: note, LABELS_TAG: ",".join(labels)}
            # Not in a callback: that would see the words before the last edit.
            if st.button("Keep", type="primary", key="keep"):
                _tag(history, run, keep)
            archived = {ARCHIVED_TAG: "false" if run.archived else "true"}
            word = "Take out of the archive" if run.archived else "Archive"
            if st.button(word, icon=":material/archive:", key="archive"):
                _tag(history, run, archived, never_the_champion=not run.archived)
            if st.button("Delete …", icon=":material/delete:", key="delete"):
                _confirm_delete(history, run)


def _tag(history: History, run: Run, tags: dict[str, str], *, never_the_champion: bool = False) -> None:
    def write() -> None:
        if never_the_champion:
            _require_not_serving(run)
        for name, value in tags.items():
            history.tag(run.id, name, value)

    if _act(write):
        st.rerun()


def _require_not_serving(run: Run) -> None:
    """Keep the record of what serves.

    Raises:
        HistoryError: the run's model is the champion.
    """
    if run.bundle is not None and run.bundle == champion_name():
        raise HistoryError(f"Its model {run.bundle} serves: promote another one first.")


def _act(action: Callable[[], object]) -> bool:
    try:
        require_analyst()
        action()
    except MienError as error:
        st.error(str(error), icon=":material/error:")
        return False
    return True


@st.dialog("Delete this run?")
def _confirm_delete(history: History, run: Run) -> None:
    def delete() -> None:
        _require_not_serving(run)
        history.delete(run.id)

    st.markdown(f"The curves and settings of **{run.name}** are deleted. Its model stays on the Models page.")
    if st.button("Delete", type="primary", key="confirm_delete") and _act(delete):
        st.query_params.pop("run", None)
        st.rerun()
