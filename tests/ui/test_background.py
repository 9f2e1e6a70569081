import threading

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.errors import DataError
from ui.background import Background, watch
from ui.retrain import data


def test_work_goes_on_while_somebody_asks_and_hears_when_nobody_does():
    heard = []
    seen = threading.Event()

    def work(watched):
        heard.append(watched())
        seen.wait(10)
        heard.append(watched())
        return "done"

    asked = Background(work, patience=60)
    assert not asked.wait(0)
    seen.set()
    assert asked.wait(10)
    left = Background(work, patience=0)
    assert left.wait(10)
    assert heard == [True, True, False, False]
    assert watch(asked) == "done"


def test_what_went_wrong_is_raised_where_it_is_watched():
    def fail(watched):
        raise DataError("No such folder.")

    with pytest.raises(DataError, match="No such folder"):
        watch(Background(fail, 60))


def test_page_that_ends_while_it_waits_leaves_the_work_to_its_next_run():
    def page() -> None:
        import threading

        import streamlit as st

        from ui.background import Background, watch

        if "work" not in st.session_state:
            go = st.session_state["go"] = threading.Event()
            st.session_state["work"] = Background(lambda watched: go.wait(30), 60)
        st.write(str(watch(st.session_state["work"])))

    app = AppTest.from_function(page, default_timeout=60)
    with pytest.raises(RuntimeError, match="timed out"):
        app.run(timeout=3)
    app.session_state["go"].set()
    assert app.run().markdown[0].value == "True"


def test_look_that_nobody_waited_for_is_begun_again(home, monkeypatch):
    st.cache_resource.clear()
    with monkeypatch.context() as impatient:
        impatient.setattr(data, "UNWATCHED_SECONDS", 0.0)
        left = data._looking(("drawn:4",), (1.0,))
        assert left.wait(10)
    assert isinstance(left.error, DataError)
    assert watch(data._looking(("drawn:4",), (1.0,))).check.subjects == 4
