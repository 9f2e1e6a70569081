"""A server that speaks as much of MLflow's REST interface as a run needs."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from mlflow.entities import Run
from mlflow.tracking import MlflowClient


@pytest.fixture
def folder(tmp_path) -> Path:
    """A run's folder as `train_run` begins it."""
    inputs = {"recipe": {"epochs": 9, "source_weights": {"CK+48": 2.0}}, "seed": 7, "data_digest": "abc"}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "inputs.json").write_text(json.dumps(inputs))
    return tmp_path / "run"


def read_run(store: Path, folder: Path) -> tuple[MlflowClient, Run]:
    """The client of a store, and the run that a folder goes under there."""
    client = MlflowClient(f"sqlite:///{store / 'runs.db'}")
    return client, client.get_run(json.loads((folder / "mlflow.json").read_text())["run_id"])


def finish_epoch(folder: Path, epoch: int) -> None:
    """Write the event that `Events` writes."""
    event = {"event": "epoch", "time": time.time(), "epoch": epoch, "epochs": 9, "loss": 1 / epoch}
    with (folder / "events.jsonl").open("a") as file:
        file.write(json.dumps({**event, "val_loss": 2 / epoch, "device_memory": None}) + "\n")


class TrackingServer(ThreadingHTTPServer):
    """Keeps what it is told; `mood` makes it fail or hang."""

    daemon_threads = True

    def __init__(self, artifacts: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.artifacts, self.mood, self.told = artifacts, "well", []
        self.address = f"http://someone:secret@127.0.0.1:{self.server_port}"

    def steps(self, name: str = "loss") -> list[int]:
        """The steps of one metric, as they came."""
        batches = [body for path, body in self.told if path.endswith("log-batch")]
        return [
            int(m.get("step", 0)) for body in batches for m in body.get("metrics", ()) if m["key"] == name
        ]

    def asked(self, what: str) -> int:
        return sum(path.endswith(what) for path, _ in self.told)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({})

    def do_POST(self):
        self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "{}"))

    def answer(self, body):
        server, path = self.server, self.path.partition("?")[0]
        server.told.append((path, body))
        if server.mood == "hanging":
            time.sleep(20)
        if server.mood == "broken":
            return self.say(500, {"error_code": "INTERNAL_ERROR", "message": "the disk is full"})
        if server.mood == "refusing" and body.get("params"):
            return self.say(400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "no such parameter"})
        run = {"info": {"run_id": "r1", "status": "RUNNING", "artifact_uri": server.artifacts.as_uri()}}
        replies = {
            "experiments/get-by-name": {"experiment": {"experiment_id": "1", "name": "mien"}},
            "runs/create": {"run": run},
            "runs/get": {"run": {**run, "data": {}}},
        }
        return self.say(200, next((v for k, v in replies.items() if path.endswith(k)), {}))

    def say(self, status, reply):
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@contextmanager
def serving(artifacts: Path):
    server = TrackingServer(artifacts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(tmp_path, home, monkeypatch) -> TrackingServer:
    """A tracking server that MLFLOW_TRACKING_URI names."""
    with serving(tmp_path / "artifacts") as running:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", running.address)
        yield running
