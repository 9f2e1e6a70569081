"""The trainings there are, the newest first."""

from typing import Final

import streamlit as st

from training.jobs import Job, get_runner
from ui.retrain.job import BADGES

SHOWN: Final = 8


def jobs_card(open_job: str | None) -> None:
    """One line a job, with a way to open it."""
    jobs = [job for job in get_runner().list() if job.id != open_job]
    if not jobs:
        return
    st.subheader("Trainings", anchor=False)
    for job in jobs[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center"):
            label, icon, color = BADGES[job.state]
            st.button(
                job.spec.name,
                icon=":material/open_in_new:",
                type="tertiary",
                key=f"open-{job.id}",
                on_click=open_,
                args=(job.id,),
            )
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
