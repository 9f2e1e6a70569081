"""What was trained, and how did it go?"""

import streamlit as st

from core.errors import MienError
from core.settings import settings
from training.history import Run, open_history
from ui.history.compare import compare_card
from ui.history.one_run import run_card
from ui.history.table import choose_runs, find_runs
from ui.roles import sign_in_card

st.header("What was trained", anchor=False)
sign_in_card()
history = open_history()


@st.cache_resource(max_entries=2, show_spinner=False)
def known_runs(home: str, version: str) -> tuple[Run, ...]:
    """Read runs once, until one of them changes."""
    return history.runs()


try:
    version = history.version()
    runs = known_runs(str(settings().home), version) if version else history.runs()
except MienError as error:
    st.error(f"{error} The models that were trained are on the About page.", icon=":material/cloud_off:")
    st.stop()
if not runs:
    st.info(
        "Nothing was trained yet. The drawn faces need no data: their training takes about two minutes.",
        icon=":material/model_training:",
    )
    st.page_link("../pages/retrain.py", label="Train on drawn faces", icon=":material/arrow_forward:")
    st.stop()


def linked(name: str) -> list[Run]:
    """The runs that the address names."""
    wanted = st.query_params.get(name, "").split(",")
    return [run for one in wanted for run in runs if one and run.id.startswith(one)]


chosen = choose_runs(find_runs(runs), compact="run" in st.query_params or "compare" in st.query_params)
if chosen:
    st.query_params.pop("run" if len(chosen) > 1 else "compare", None)
    name = "compare" if len(chosen) > 1 else "run"
    st.query_params[name] = ",".join(run.id for run in chosen)
else:
    chosen = linked("run") or linked("compare")
    if not chosen and ("run" in st.query_params or "compare" in st.query_params):
        st.warning("The run in this link is not here (any more).", icon=":material/search_off:")
try:
    if len(chosen) > 1:
        compare_card(history, chosen)
    elif chosen:
        run_card(history, chosen[0])
    else:
        st.caption("Tick a run to open it, or several to compare them.")
except MienError as error:
    st.error(str(error), icon=":material/error:")
