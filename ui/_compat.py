"""What Mien needs of Streamlit beyond what it promises, in one place."""

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, get_script_run_ctx


class OrderlyRunner(ScriptRunner):
    """Runs the requests of one session one after another; what a click asked for is done before the next.

    Streamlit 1.67 lets a newer request, also one that a component makes by itself, interrupt a run between
    its start and the end of its callbacks: the click is lost, or its callback ends in the middle. The other
    half of this is `runner.fastReruns = false`: else a newer request discards a run that has not begun.
    """

    def _maybe_handle_execution_control_request(self) -> None:
        context = get_script_run_ctx(suppress_warning=True)
        if context is None or context.has_script_started:  # the callbacks came before
            super()._maybe_handle_execution_control_request()

    def _run_script(self, rerun_data: RerunData) -> None:
        """Draw from the top of the page, also where the run before drew a fragment of it."""
        context_dg_stack.set(get_default_dg_stack_value())
        super()._run_script(rerun_data)


def keep_order() -> None:
    """See to it that every page of this server is run so; call it before the first is."""
    vars(app_session)["ScriptRunner"] = OrderlyRunner
