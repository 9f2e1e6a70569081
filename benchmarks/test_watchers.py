"""How a training goes, and how soon its page is drawn anew, while ten people watch it.

They speak to the server as browsers do, but draw nothing: ten browsers on the machine that trains would
measure themselves.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from streamlit.proto.AutoRerun_pb2 import AutoRerun
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from benchmarks.conftest import epochs_done
from tests.conftest import free_port
from tests.e2e.conftest import running_server

SECONDS = 20
PATIENCE = 300


@pytest.mark.parametrize("watchers", [1, 10])
def test_watchers(benchmark, drawn_job, watchers):
    job, home = drawn_job.name, drawn_job.parents[1]
    events = drawn_job / "run" / "events.jsonl"
    port = free_port()
    with running_server(home, port), ThreadPoolExecutor(watchers) as people:
        before = epochs_done(events)
        watch = lambda: list(people.map(_watch, [port] * watchers, [job] * watchers))  # noqa: E731
        drawn = benchmark.pedantic(watch, rounds=1)
        epochs = epochs_done(events) - before
    took = np.concatenate(drawn)
    half, most = np.percentile(took, [50, 95])
    assert all(len(times) > SECONDS / 4 for times in drawn), "somebody saw nothing for seconds"
    print(
        f"\n{watchers} watching: {epochs} epochs in {SECONDS} s; the page anew in {half:.0f} ms (95% within "
        f"{most:.0f}), {len(took) / watchers / SECONDS:.2f} times a second each"
    )


def _watch(port: int, job: str) -> list[float]:
    """Open the job's page, follow it as its timer asks, and return the milliseconds each time took."""
    with connect(
        f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None
    ) as socket:
        state = ClientState(query_string=f"job={job}", page_name="retrain")
        _, page, timer = _run(socket, state)
        state.page_script_hash, state.fragment_id, state.is_auto_rerun = page, timer.fragment_id, True
        took = []
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(timer.interval)
            took.append(_run(socket, state)[0])
        return took


def _run(socket: ClientConnection, state: ClientState) -> tuple[float, str, AutoRerun]:
    """One run of the script, or of a part of it: its milliseconds, its page and the timer that it set."""
    start = time.perf_counter()
    socket.send(BackMsg(rerun_script=state).SerializeToString())
    page, timer = "", AutoRerun()
    while True:
        told = ForwardMsg.FromString(socket.recv(timeout=PATIENCE))
        kind = told.WhichOneof("type")
        if kind == "new_session":
            page = told.new_session.page_script_hash
        elif kind == "auto_rerun":
            timer = told.auto_rerun
        elif kind == "script_finished":
            partly = told.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
            assert partly == bool(state.fragment_id)
            return 1000 * (time.perf_counter() - start), page, timer
