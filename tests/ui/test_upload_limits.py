import tomllib

from core.images import MAX_BYTES
from tests.conftest import ROOT
from ui.engagement import upload
from ui.lifecycle import IN_MEMORY_BYTES
from ui.retrain import data


def test_server_takes_what_each_page_promises_and_keeps_it_in_memory():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    taken = config["server"]["maxUploadSize"]
    assert taken == max(MAX_BYTES // 2**20, upload.MOST_MEGABYTES, data.MOST_MEGABYTES)
    assert taken * 2**20 <= IN_MEMORY_BYTES
