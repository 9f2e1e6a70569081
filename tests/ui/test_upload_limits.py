"""What pages promise to take, asked of a real server as a browser asks it."""

import tomllib

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from core.images import MAX_BYTES
from tests.conftest import ROOT, free_port
from tests.e2e.conftest import running_server
from ui.engagement import upload
from ui.lifecycle import IN_MEMORY_BYTES
from ui.retrain import data

PROMISED = max(MAX_BYTES // 2**20, upload.MOST_MEGABYTES, data.MOST_MEGABYTES)


def test_server_takes_what_each_page_promises_and_keeps_it_in_memory():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] == PROMISED
    assert PROMISED * 2**20 <= IN_MEMORY_BYTES


@pytest.mark.xdist_group("browser")
def test_file_of_sixty_megabytes_is_taken(tmp_path):
    with running_server(tmp_path / "home", free_port()) as server, httpx.Client(base_url=server) as browser:
        browser.get("/_stcore/health")
        token = {"X-Xsrftoken": browser.cookies["_streamlit_xsrf"]}
        with connect(f"{server.replace('http', 'ws')}/_stcore/stream", subprotocols=["streamlit"]) as session:
            address = _upload_address(session)
            taken = browser.put(address, headers=token, files={"file": b"x" * 60 * 2**20}, timeout=60)
            assert taken.status_code == 204


def _upload_address(session) -> str:
    """Ask where to put a file, as the upload widget does."""
    asked = BackMsg()
    asked.file_urls_request.request_id = "one"
    asked.file_urls_request.file_names.append("clip.mp4")
    session.send(asked.SerializeToString())
    while True:
        told = ForwardMsg.FromString(session.recv(timeout=60))
        if told.WhichOneof("type") == "file_urls_response":
            return told.file_urls_response.file_urls[0].upload_url
