"""One training as it happens: progress, curves, log, and what can be done about it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

import streamlit as st

from core.errors import MienError
from training.jobs import Job, JobState, get_runner
from training.jobs.progress import read_progress
from training.run_folder import read_epochs
from ui.retrain.charts import curve
from ui.roles import analyst, require_analyst
from ui.show_chart import show_chart
from ui.words import plain

SECONDS_BETWEEN_LOOKS: Final = 1.0
SECONDS_AFTER_THE_END: Final = 5.0
"""Between looks whether somebody has resumed what ended."""

Color: TypeAlias = Literal["gray", "blue", "green", "red", "orange"]
BADGES: Final[dict[JobState, tuple[str, str, Color]]] = {
    JobState.QUEUED: ("Waiting", ":material/hourglass_empty:", "gray"),
    JobState.RUNNING: ("Learning", ":material/model_training:", "blue"),
    JobState.DONE: ("Done", ":material/check_circle:", "green"),
    JobState.FAILED: ("Failed", ":material/error:", "red"),
    JobState.CANCELLED: ("Cancelled", ":material/cancel:", "gray"),
    JobState.LOST: ("Lost", ":material/link_off:", "orange"),
}


def follow(name: str) -> Job:
    """Show a job, again and again while it has not ended; returns it as it stood at the last full run."""
    job = get_runner().get(name)
    every = None if job.state.ended else SECONDS_BETWEEN_LOOKS
    st.fragment(_live, run_every=every)(name)
    if job.state.ended:
        st.fragment(_await_resume, run_every=SECONDS_AFTER_THE_END)(job)
    return job


def _await_resume(job: Job) -> None:
    """Nothing to see: draw the page anew once the job has begun again or is gone."""
    try:
        now = get_runner().get(job.id)
    except MienError:
        st.rerun()
    if (now.state, now.attempt) != (job.state, job.attempt):
        st.rerun()


def _live(name: str) -> None:
    try:
        _show(get_runner().get(name))
    except MienError as error:
        st.error(str(error), icon=":material/error:")


def _show(job: Job) -> None:
    label, icon, color = BADGES[job.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(job.spec.name, anchor=False)
        st.badge(label, icon=icon, color=color)
    st.caption(
        f"Recipe {job.spec.recipe.name} on {plain(_told(job.spec.data))}, split by {job.spec.split}, "
        f"started by {plain(job.by)} · job {job.id}"
    )
    if not job.state.ended:
        _progress_card(job)
    elif job.message:
        _end_card(job)
    _curves_card(job)
    if analyst() is not None:  # it names files of the data
        with st.expander("Log", icon=":material/terminal:"):
            st.code(get_runner().logs(job.id, 40) or "Nothing was printed yet.", language=None, height=260)
    if job.state.ended and not st.session_state.get(f"ended-{job.id}-{job.attempt}"):
        st.session_state[f"ended-{job.id}-{job.attempt}"] = True
        st.rerun()  # the whole page: the verdict stands outside this fragment


def _told(data: Sequence[str]) -> str:
    """What was learned from, for everybody: a path of the server is for analysts."""
    return ", ".join(data if analyst() is not None else (Path(one).name for one in data))


def _progress_card(job: Job) -> None:
    progress = read_progress(job)
    left = f" · about {_minutes(progress.seconds_left)} left" if progress.seconds_left else ""
    st.progress(progress.share, f"{progress.sentence}{left}")
    facts = []
    if progress.crops_per_second:
        facts.append(f"{progress.crops_per_second:,.0f} faces a second")
    if progress.device_memory:
        facts.append(f"{progress.device_memory / 2**20:,.0f} MB of device memory")
    if job.device:
        facts.append(f"on {job.device}")
    if facts and job.state is JobState.RUNNING:  # one that waits to go on has those of before
        st.caption(" · ".join(facts))
    if analyst() is not None and job.cancel_asked is None:
        st.button(
            "Cancel", icon=":material/stop_circle:", key="cancel", on_click=_act, args=(_cancel, job.id)
        )
    _show_refusal()


def _end_card(job: Job) -> None:
    if job.state is JobState.FAILED:
        told = job.message if analyst() is not None else "It failed: an analyst sees why."  # it names files
        st.error(told, icon=":material/error:")
    elif job.state is not JobState.DONE:
        st.warning(job.message, icon=":material/info:")
    if analyst() is not None:
        with st.container(horizontal=True):
            if job.resumable:
                st.button(
                    "Resume", icon=":material/resume:", key="resume", on_click=_act, args=(_resume, job.id)
                )
            if st.button("Delete …", icon=":material/delete:", type="tertiary", key="delete"):
                _confirm_delete(job)
    _show_refusal()


def _curves_card(job: Job) -> None:
    epochs = read_epochs(job.run)
    if not epochs:
        return
    total = job.spec.recipe.all_epochs if not job.state.ended else max(epochs)
    left, right = st.columns(2)
    for place, name, title in ((left, "loss", "Loss"), (right, "accuracy", "Accuracy")):
        apart = epochs[max(epochs)].get(f"val_{name}", 0)
        with place:
            show_chart(
                curve(epochs, name, title, total, steps=job.spec.recipe.schedule == "plateau"),
                alt=f"{title} over {len(epochs)} epochs, {apart:.3f} on faces held apart",
                key=f"curve-{name}",
            )
    st.caption(
        "“Held apart” are faces that the training does not learn from but uses to choose by. The verdict "
        "rests on others, which it never sees."
    )


def _act(action: Callable[[str], object], name: str) -> None:
    _is_done(action, name)


def _is_done(action: Callable[[str], object], name: str) -> bool:
    """Whether the analyst was allowed to do it and it worked; why not is kept for `_show_refusal`."""
    try:
        require_analyst()
        action(name)
    except MienError as error:
        st.session_state["refusal"] = str(error)
        return False
    return True


def _show_refusal() -> None:
    if refusal := st.session_state.pop("refusal", None):
        st.error(refusal, icon=":material/block:")


def _cancel(name: str) -> None:
    get_runner().cancel(name)


def _resume(name: str) -> None:
    get_runner().resume(name)


def _delete(name: str) -> None:
    get_runner().delete(name)


@st.dialog("Delete this training?")
def _confirm_delete(job: Job) -> None:
    st.markdown(
        f"The log, the checkpoints and the verdict of **{job.spec.name}** are deleted. A model that came "
        "of it stays on the Models page, and its curves in History."
    )
    if st.button("Delete", type="primary", key="confirm_delete") and _is_done(_delete, job.id):
        st.query_params.pop("job", None)
        st.rerun()
    _show_refusal()


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
