"""Mien's launcher: `streamlit run app.py`."""

import streamlit as st

from api import mount
from ui.lifecycle import report_script_error, warm_up

app = st.App("ui/main.py", routes=[mount()], lifespan=warm_up, on_script_error=report_script_error)
