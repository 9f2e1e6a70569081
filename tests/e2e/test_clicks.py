"""What a click asks for is done and drawn, whatever else is asked for at that moment."""

from collections.abc import Iterator
from contextlib import contextmanager
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
SLOW_CALLBACK = """
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
BUSY_COLLECTOR = """
    import streamlit as st

    if "much" not in st.session_state:
        st.session_state["much"] = [[] for _ in range(3_000_000)]

    def count():
        st.session_state["counted"] = st.session_state.get("counted", 0) + 1

    @st.fragment(run_every=0.1)
    def clock():
        st.write("Tick")

    with st.container():
        st.button("Count", on_click=count)
        st.write("Counted", st.session_state.get("counted"))
    with st.columns(2)[1]:
        clock()
"""


@contextmanager
def served(script: str, folder: Path) -> Iterator[str]:
    """A server of one page."""
    (folder / "page.py").write_text(dedent(script))
    launcher = folder / "launcher.py"
    launcher.write_text(dedent(LAUNCHER).format(page=str(folder / "page.py")))
    with running_server(folder / "home", free_port(), launcher) as url:
        yield url


def test_callback_is_not_cut_short_and_no_click_lost_by_what_is_clicked_meanwhile(page: Page, tmp_path: Path):
    with served(SLOW_CALLBACK, tmp_path) as url:
        page.goto(url)
        page.get_by_role("button", name="Save").click()
        page.wait_for_timeout(200)
        page.get_by_role("button", name="Count").click()
        page.get_by_text("Something else").click()
        expect(page.get_by_text("Saved 1 counted 1")).to_be_visible()


def test_page_is_drawn_from_its_top_where_a_click_comes_right_after_a_fragment(page: Page, tmp_path: Path):
    with served(BUSY_COLLECTOR, tmp_path) as url:
        page.goto(url)
        for number in range(1, 6):
            page.get_by_role("button", name="Count").click()
            expect(page.get_by_text(f"Counted {number}")).to_be_visible()
            page.wait_for_timeout(50 * number)
