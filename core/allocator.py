"""Let the C library keep the memory that is freed and asked for again with every picture or training step."""

import ctypes
import platform
from typing import Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
KEPT_BYTES: Final = 128 * 2**20
LARGEST_KEPT_BLOCK: Final = 32 * 2**20
"""The most that glibc accepts on 64-bit systems."""


def keep_freed_memory() -> None:
    """Tell glibc to hand freed blocks out again instead of returning them to the system.

    One look at a 1280×720 photo touches 25 MB of fresh pages; asking the system for them anew each time takes
    a third of the reading (`make bench`: 31 ms against 21 ms). Does nothing where the C library is another.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT_BLOCK)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
