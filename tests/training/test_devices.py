import sys

import psutil
import pytest

from training.devices import Device, find_devices, find_idle_cards, has_cuda

CARDS = "0, NVIDIA H100, 81559, GPU-aaaa\\n1, NVIDIA GB10, [N/A], GPU-bbbb"


@pytest.fixture
def bare_cards(tmp_path, monkeypatch):
    """A program that answers as NVIDIA's does on a machine with two cards."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f'#!{sys.executable}\nprint("{CARDS}")\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    for found in (find_devices, find_idle_cards):
        found.cache_clear()
    yield
    for found in (find_devices, find_idle_cards):
        found.cache_clear()


@pytest.fixture
def cards(bare_cards, tmp_path, monkeypatch):
    """The same, and CUDA's libraries as a package, as far as its name goes."""
    about = tmp_path / "nvidia_cudnn_cu12-9.10.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: nvidia-cudnn-cu12\nVersion: 9.10\n")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
@pytest.mark.parametrize(
    ("allowed", "found"),
    [
        (None, ["gpu:0", "gpu:1"]),
        ("1", ["gpu:1"]),
        ("GPU-aa", ["gpu:0"]),
        ("GPU-bbbb, 0", ["gpu:0", "gpu:1"]),
        ("-1", ["cpu"]),
        ("", ["cpu"]),
    ],
)
def test_cards_are_those_that_may_be_used(cards, monkeypatch, allowed, found):
    if allowed is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", allowed)
    assert [device.name for device in find_devices()] == found


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
def test_card_that_names_no_memory_shares_the_machines(cards, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    first, second = find_devices()
    assert first.memory == 81559 * 2**20
    assert second.memory == psutil.virtual_memory().total


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
@pytest.mark.skipif(has_cuda(), reason="CUDA's libraries are here")
def test_processor_trains_where_cards_have_no_libraries(bare_cards, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert [device.name for device in find_devices()] == ["cpu"]
    assert [card.title for card in find_idle_cards()] == ["NVIDIA H100", "NVIDIA GB10"]


def test_card_is_named_to_cuda_in_the_order_in_which_it_was_found():
    assert Device("gpu:1", "NVIDIA H100", 1).environment == {
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_VISIBLE_DEVICES": "1",
    }
    assert Device("cpu", "EPYC", 1).environment == {"CUDA_VISIBLE_DEVICES": "-1"}
