"""The trainings there are, the newest first."""

from datetime import UTC
from typing import Final

import streamlit as st

from core.errors import MienError
from training.jobs import Job, JobState, get_runner
from ui.retrain.job import BADGES
from ui.words import plain

AT_FIRST: Final = 8
SHOWN: Final = "jobs_shown"
"""How many of those that need nobody are shown in this session."""
SECONDS_BETWEEN_LOOKS: Final = 5.0


@st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
def jobs_card(open_job: str | None) -> None:
    """One line a job, with a way to open it; drawn anew as they change.

    What waits, runs or was lost is always among them.
    """
    try:
        jobs = [job for job in get_runner().list() if job.id != open_job]
    except MienError as error:
        st.error(str(error), icon=":material/error:")
        return
    if not jobs:
        return
    st.subheader("Trainings", anchor=False)
    settled = [job.id for job in jobs if not _needs_somebody(job)]
    hidden = settled[st.session_state.get(SHOWN, AT_FIRST) :]
    for job in jobs:
        if job.id not in hidden:
            _line(job)
    if hidden:
        more, icon = f"Show more ({len(hidden)})", ":material/expand_more:"
        st.button(more, icon=icon, type="tertiary", key="more_jobs", on_click=_show_more)


def _line(job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        label, icon, color = BADGES[job.state]
        name, icon_open, key = job.spec.name, ":material/open_in_new:", f"open-{job.id}"
        if st.button(name, icon=icon_open, type="tertiary", key=key):
            open_(job.id)
            st.rerun()
        st.badge(label, icon=icon, color=color)
        st.caption(_tell(job))


def _needs_somebody(job: Job) -> bool:
    return not job.state.ended or job.state is JobState.LOST


def _show_more() -> None:
    st.session_state[SHOWN] = st.session_state.get(SHOWN, AT_FIRST) + AT_FIRST


def open_(name: str | None) -> None:
    """Show a job, or with None the form for a new one; the address follows."""
    if name is None:
        st.query_params.pop("job", None)
    else:
        st.query_params["job"] = name


def _tell(job: Job) -> str:
    told = f"{job.spec.recipe.name}, {job.created.astimezone(UTC):%d %b %Y %H:%M} UTC, {plain(job.by)}"
    return f"{told}, place {job.place + 1} in the queue" if job.place is not None else told
