import streamlit as st
from streamlit_webrtc import component

from ui.live._compat import outlive_cut_runs


def test_stream_outlives_runs_that_were_cut_short_before_they_came_to_it(monkeypatch):
    runs = [1]
    monkeypatch.setattr(component, "get_this_session_info", lambda: "a session")
    monkeypatch.setattr(component, "get_script_run_count", lambda session: runs[-1])
    try:
        outlive_cut_runs("stream")
        drawn = component._get_or_create_context("stream")
        drawn._set_state(component.WebRtcStreamerState(playing=True, signalling=False))
        runs.append(4)
        outlive_cut_runs("stream")
        assert component._get_or_create_context("stream").state.playing
        runs.append(7)
        assert not component._get_or_create_context("stream").state.playing, "what it would do by itself"
    finally:
        del st.session_state["stream"]
