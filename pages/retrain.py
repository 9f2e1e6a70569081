"""Can I make it better without breaking anything?"""

import re

import streamlit as st

from core.errors import MienError
from training.jobs import JobSpec, get_runner
from ui.retrain.champion import champion_card
from ui.retrain.data import choose_data, look, report_card
from ui.retrain.job import follow
from ui.retrain.jobs_list import jobs_card, open_
from ui.retrain.recipe import adjust, choose_recipe, device_card, suggest
from ui.retrain.verdict import outcome_card
from ui.roles import analyst, require_analyst, sign_in_card

JOB = re.compile("[0-9a-f]{8}")
STARTED = "trainings_started"  # how many in this session


def start(spec: JobSpec) -> None:
    """Queue the job and show it."""
    try:
        open_(get_runner().submit(spec, require_analyst()).id)
    except MienError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.rerun()


def job_view(name: str) -> None:
    """A training, and once it is done its verdict."""
    if not JOB.fullmatch(name):
        st.error("The job in this link is not here (any more).", icon=":material/search_off:")
        return
    st.button("New training", icon=":material/add:", on_click=open_, args=(None,))
    above = st.container()
    job = follow(name)
    if job.state.ended:
        with above:
            outcome_card(job)


def new_training() -> None:
    """Data, recipe, one button."""
    if analyst() is None:
        st.info(
            "Only an analyst can start a training, but everybody may watch one: sign in in the sidebar.",
            icon=":material/visibility:",
        )
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        data = choose_data()
        report = st.container()
    with right:
        form = st.container()
    if not data:
        report.info("Choose at least one data set.", icon=":material/dataset:")
        return
    with report:
        found = look(data)
        if found:
            report_card(found)
    with form:
        recipe = choose_recipe(found.check.crops if found else None, suggest(data))
        spec = adjust(recipe, data, divided=found is not None and found.check.official is not None)
        device_card(recipe)
        refused = found is None or (bool(found.check.refusals) and not (spec and spec.anyway))
        started = st.session_state.setdefault(STARTED, 0)
        pressed = st.button(
            "Start training",
            type="primary",
            icon=":material/model_training:",
            disabled=spec is None or refused,
            key=f"start-{started}",  # of a double click the second half finds no button
        )
        # Not in a callback: that would see the settings before the last edit.
        if pressed and spec is not None:
            st.session_state[STARTED] = started + 1
            start(spec)


st.title("Teach a new model", anchor=False)
sign_in_card()
champion_card()
opened = st.query_params.get("job")
try:
    if opened:
        job_view(opened)
    else:
        new_training()
    jobs_card(opened)
except MienError as error:
    st.error(str(error), icon=":material/error:")
