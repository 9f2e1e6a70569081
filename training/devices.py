"""What a training can run on here, found out without loading Keras."""

import os
import platform
import shutil
import subprocess
import sys
from ctypes.util import find_library
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

import psutil

CUDNN: Final = ("nvidia-cudnn-cu12", "nvidia-cudnn-cu13")
"""Packages that TensorFlow, JAX and PyTorch bring along where they were installed for a GPU."""


@dataclass(frozen=True)
class Device:
    """One device, on which one job runs at a time.

    Attributes:
        name: `cpu`, `gpu:0`, `gpu:1` …
        title: as its maker calls it.
        memory: bytes.
    """

    name: str
    title: str
    memory: int

    @property
    def is_gpu(self) -> bool:
        """Whether it is a graphics processor."""
        return self.name.startswith("gpu")

    @property
    def environment(self) -> dict[str, str]:
        """Variables that let a process see this device only."""
        if not self.is_gpu:
            return {"CUDA_VISIBLE_DEVICES": "-1"}
        # CUDA alone numbers the fastest card first, nvidia-smi goes by the slot.
        return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": self.name.partition(":")[2]}


@lru_cache(maxsize=1)
def find_devices() -> tuple[Device, ...]:
    """The NVIDIA GPUs that can be used, else the processor."""
    return (_gpus() if has_cuda() else ()) or (
        Device("cpu", f"{_processor()}, {os.cpu_count()} cores", psutil.virtual_memory().total),
    )


@lru_cache(maxsize=1)
def find_idle_cards() -> tuple[Device, ...]:
    """NVIDIA GPUs that nothing can be trained on, for want of CUDA's libraries."""
    return () if has_cuda() else _gpus()


def has_cuda() -> bool:
    """Whether cuDNN is here, as a package, of the system or of conda: without it the backends find no GPU."""
    for name in CUDNN:
        try:
            distribution(name)
        except PackageNotFoundError:
            continue
        return True
    return find_library("cudnn") is not None or any(Path(sys.prefix, "lib").glob("libcudnn.so*"))


def _gpus() -> tuple[Device, ...]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    query = [tool, "--query-gpu=index,name,memory.total,uuid", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ()
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    rows = [[cell.strip() for cell in line.split(",")] for line in answer.stdout.splitlines()]
    return tuple(
        Device(f"gpu:{row[0]}", row[1], _memory(row[2]))
        for row in rows
        if len(row) == 4 and _may_use(row[0], row[3], allowed)
    )


def _memory(megabytes: str) -> int:
    """Bytes; a card that shares the machine's memory names none."""
    return int(megabytes) * 2**20 if megabytes.isdecimal() else psutil.virtual_memory().total


def _may_use(number: str, uuid: str, allowed: str | None) -> bool:
    """Whether the operator lets a card be used: by its number, or by its UUID or the start of it."""
    if allowed is None:
        return True
    named = [one.strip() for one in allowed.split(",")]
    return number in named or any(one and uuid.startswith(one) for one in named)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
