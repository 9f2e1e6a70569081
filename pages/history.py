"""What was trained, and how did it go?"""

import streamlit as st

from core.errors import MienError
from training.history import Run, open_history
from ui.history.colors import in_order
from ui.history.compare import compare_card
from ui.history.known import known_runs
from ui.history.local_models import local_models_card
from ui.history.one_run import run_card
from ui.history.table import MOST_COMPARED, choose_runs, find_runs, table_key
from ui.roles import sign_in_card

st.title("What was trained", anchor=False)
sign_in_card()
try:
    history = open_history()
    runs = known_runs(history)
except MienError as error:
    st.error(f"{error} The models that were trained are here all the same.", icon=":material/cloud_off:")
    local_models_card()
    st.stop()
if not runs:
    if "run" in st.query_params or "compare" in st.query_params:
        st.warning("The run in this link is not here (any more).", icon=":material/search_off:")
    st.info(
        "Nothing was trained yet, or what is known of it was deleted. The drawn faces need no data: "
        "their training takes a minute or two.",
        icon=":material/model_training:",
    )
    st.page_link("../pages/retrain.py", label="Train on drawn faces", icon=":material/arrow_forward:")
    st.stop()


def linked(name: str) -> list[Run]:
    """The runs that the address names."""
    wanted = dict.fromkeys(st.query_params.get(name, "").split(","))
    found = [run for one in wanted for run in runs if run.id == one]
    return found[:MOST_COMPARED]


found = find_runs(runs)
chosen = choose_runs(found, compact="run" in st.query_params or "compare" in st.query_params)
if chosen:
    chosen = in_order(chosen)
    st.query_params.pop("run" if len(chosen) > 1 else "compare", None)
    name = "compare" if len(chosen) > 1 else "run"
    st.query_params[name] = ",".join(run.id for run in chosen)
    st.session_state["ticked"] = table_key(found)
elif st.session_state.get("ticked") == table_key(found):  # and now unticked; a search unticks nothing
    del st.session_state["ticked"]
    for name in ("run", "compare"):
        st.query_params.pop(name, None)
else:
    chosen = in_order(linked("run") or linked("compare"))
    if not chosen and ("run" in st.query_params or "compare" in st.query_params):
        st.warning("The run in this link is not here (any more).", icon=":material/search_off:")
try:
    if len(chosen) > 1:
        compare_card(history, chosen)
    elif chosen:
        run_card(history, chosen[0], runs)
    else:
        st.caption("Tick a run to open it, or several to compare them.")
except MienError as error:
    st.error(str(error), icon=":material/error:")
