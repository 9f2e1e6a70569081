"""What an analyst can change about a run."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.bundles import find_bundle
from core.bundles.store import champion_name
from core.errors import BundleError, MienError
from training.history import History, HistoryError, Run
from training.history.course import GOES_ON
from training.history.run import ARCHIVED_TAG, LABELS_TAG, NOTE_TAG
from ui.history.known import forget_runs
from ui.roles import analyst, require_analyst
from ui.words import plain


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
            # Not in a callback: that would see the words before the last edit.
            if st.button("Keep", type="primary", key="keep") and _act(
                lambda: write_tags(history, run, {NOTE_TAG: note, LABELS_TAG: join_labels(labels)})
            ):
                st.rerun()
            if run.archived:
                if st.button(
                    "Take out of the archive", icon=":material/unarchive:", key="unarchive"
                ) and _act(lambda: write_tags(history, run, {ARCHIVED_TAG: "false"})):
                    st.rerun()
            elif st.button("Archive …", icon=":material/archive:", key="archive"):
                _confirm_archive(history, run)
            if st.button("Delete …", icon=":material/delete:", key="delete"):
                _confirm_delete(history, run)


def join_labels(labels: Sequence[str]) -> str:
    """Labels as one tag.

    Raises:
        HistoryError: one holds a comma, which stands between labels there.
    """
    if any("," in label for label in labels):
        raise HistoryError("A label holds no comma: make it two labels.")
    return ",".join(dict.fromkeys(label.strip() for label in labels if label.strip()))


def write_tags(history: History, run: Run, tags: Mapping[str, str]) -> None:
    """Change what is noted about a run; archive none whose model serves.

    Raises:
        HistoryError: the store refuses, or the run is the champion's.
    """
    if tags.get(ARCHIVED_TAG) == "true":
        _require_not_serving(run)
    for name, value in tags.items():
        history.tag(run.id, name, value)


def delete_run(history: History, run: Run) -> None:
    """Delete a run, but for one that goes on or whose model serves.

    Raises:
        HistoryError: the store refuses, the run is still training, or it is the champion's.
    """
    _require_ended(run)
    _require_not_serving(run)
    history.delete(run.id)


def _require_ended(run: Run) -> None:
    from training.history.alive import settle_states  # half a second to load, for what is seldom

    if settle_states([run])[0].state in GOES_ON:
        raise HistoryError("It is still training: stop it, or wait until it has ended.")


def _require_not_serving(run: Run) -> None:
    if run.bundle is not None and run.bundle == champion_name() and _is_what_serves(run):
        raise HistoryError(f"Its model {run.bundle} serves: promote another one first.")


def _is_what_serves(run: Run) -> bool:
    """Whether the champion is the model that the run left; taken as such where nobody can tell."""
    digest = run.tags.get("digest")
    try:
        return digest is None or find_bundle().digest == digest
    except BundleError:
        return True


def _act(action: Callable[[], object]) -> bool:
    """Whether the analyst was allowed to do it and it worked; says why not."""
    try:
        require_analyst()
        action()
    except MienError as error:
        st.error(str(error), icon=":material/error:")
        return False
    finally:
        forget_runs()  # also where the second of two tags was refused
    return True


@st.dialog("Archive this run?")
def _confirm_archive(history: History, run: Run) -> None:
    st.markdown(
        f"**{plain(run.name)}** leaves the table until “Archived too” is chosen among the filters. "
        "Nothing is deleted."
    )
    if st.button("Archive", type="primary", key="confirm_archive") and _act(
        lambda: write_tags(history, run, {ARCHIVED_TAG: "true"})
    ):
        st.rerun()


@st.dialog("Delete this run?")
def _confirm_delete(history: History, run: Run) -> None:
    st.markdown(
        f"The curves and settings of **{plain(run.name)}** are deleted. Its model stays on the Models page."
    )
    if st.button("Delete", type="primary", key="confirm_delete") and _act(lambda: delete_run(history, run)):
        st.query_params.pop("run", None)
        st.rerun()
