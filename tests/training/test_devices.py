import sys

import psutil
import pytest

from training.devices import find_devices

CARDS = "0, NVIDIA H100, 81559, GPU-aaaa\\n1, NVIDIA GB10, [N/A], GPU-bbbb"


@pytest.fixture
def cards(tmp_path, monkeypatch):
    """A program that answers as NVIDIA's does on a machine with two cards."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f'#!{sys.executable}\nprint("{CARDS}")\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    find_devices.cache_clear()
    yield
    find_devices.cache_clear()


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
