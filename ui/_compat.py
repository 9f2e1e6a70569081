"""What Mien needs of Streamlit beyond what it promises, in one place."""

from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import ScriptRunner, get_script_run_ctx


class CallbacksFirstRunner(ScriptRunner):
    """Runs a page's script; what a click asked for is done before anything interrupts it.

    Streamlit 1.67 lets a newer request, also one that a component makes by itself, interrupt a run between
    its start and the end of its callbacks: the click is lost, or its callback ends in the middle. The other
    half of this is `runner.fastReruns = false`: else a newer request discards a run that has not begun.
    """

    def _maybe_handle_execution_control_request(self) -> None:
        context = get_script_run_ctx(suppress_warning=True)
        if context is None or context.has_script_started:  # the callbacks came before
            super()._maybe_handle_execution_control_request()


def lose_no_click() -> None:
    """See to it that every page of this server is run so; call it before the first is."""
    vars(app_session)["ScriptRunner"] = CallbacksFirstRunner
