"""What a click asks for is done, whatever is clicked next."""

from pathlib import Path
from textwrap import dedent

from playwright.sync_api import Page, expect

from tests.conftest import free_port
from tests.e2e.conftest import running_server

LAUNCHER = """
    import streamlit as st
    from ui.lifecycle import warm_up
    app = st.App({page!r}, lifespan=warm_up)
"""
SLOW = """
    import time
    import streamlit as st

    def save():
        time.sleep(1)
        st.session_state["saved"] = st.session_state.get("saved", 0) + 1

    def count():
        st.session_state["counted"] = st.session_state.get("counted", 0) + 1

    st.button("Save", on_click=save)
    st.button("Count", on_click=count)
    st.checkbox("Something else")
    st.write("Saved", st.session_state.get("saved"), "counted", st.session_state.get("counted"))
"""


def test_callback_is_not_cut_short_and_no_click_lost_by_what_is_clicked_meanwhile(page: Page, tmp_path: Path):
    (tmp_path / "slow.py").write_text(dedent(SLOW))
    launcher = tmp_path / "launcher.py"
    launcher.write_text(dedent(LAUNCHER).format(page=str(tmp_path / "slow.py")))
    with running_server(tmp_path / "home", free_port(), launcher) as url:
        page.goto(url)
        page.get_by_role("button", name="Save").click()
        page.wait_for_timeout(200)
        page.get_by_role("button", name="Count").click()
        page.get_by_text("Something else").click()
        expect(page.get_by_text("Saved 1 counted 1")).to_be_visible()
