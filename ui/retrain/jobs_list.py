"""The trainings there are, the newest first."""

from typing import Final

import streamlit as st

from core.errors import MienError
from training.jobs import Job, get_runner
from ui.retrain.job import BADGES

SHOWN: Final = 8
SECONDS_BETWEEN_LOOKS: Final = 5.0


@st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
def jobs_card(open_job: str | None) -> None:
    """One line a job, with a way to open it; drawn anew as they change."""
    try:
        jobs = [job for job in get_runner().list() if job.id != open_job]
    except MienError as error:
        st.error(str(error), icon=":material/error:")
        return
    if not jobs:
        return
    st.subheader("Trainings", anchor=False)
    for job in jobs[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center"):
            label, icon, color = BADGES[job.state]
            name, icon_open, key = job.spec.name, ":material/open_in_new:", f"open-{job.id}"
            if st.button(name, icon=icon_open, type="tertiary", key=key):
                open_(job.id)
                st.rerun()
            st.badge(label, icon=icon, color=color)
            st.caption(_tell(job))


def open_(name: str | None) -> None:
    """Show a job, or with None the form for a new one; the address follows."""
    if name is None:
        st.query_params.pop("job", None)
    else:
        st.query_params["job"] = name


def _tell(job: Job) -> str:
    told = f"{job.spec.recipe.name}, {job.created.astimezone():%d %b %H:%M}, {job.by}"
    return f"{told}, place {job.place + 1} in the queue" if job.place is not None else told
