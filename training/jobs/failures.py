"""What a person reads when a job fails, whatever the failure was."""

import errno
from typing import Final

DISK_FULL: Final = "The disk is full: free some space, then resume the job."
NO_MEMORY: Final = (
    "The device ran out of memory: choose a smaller batch size or a smaller recipe, or end what else uses "
    "it, and start again."
)
NO_MEMORY_SIGNS: Final = (
    "ResourceExhausted",
    "RESOURCE_EXHAUSTED",
    "OutOfMemory",
    "OUT_OF_MEMORY",
    "out of memory",
    "STATUS_ALLOC_FAILED",  # cuDNN's and cuBLAS' own
    "Dst tensor is not initialized",  # TensorFlow, where a copy to the GPU found no room
    "std::bad_alloc",
    "MemoryError",
)


def describe(error: Exception) -> str:
    """One sentence for the person who watches."""
    text = f"{type(error).__name__}: {error}"
    if tells_of_full_disk(error):
        return DISK_FULL
    if isinstance(error, MemoryError) or tells_of_no_memory(text):
        return NO_MEMORY
    return f"The training failed unexpectedly ({text[:200]}): the log has the details."


def tells_of_full_disk(error: Exception) -> bool:
    """Whether an error says so; HDF5 has a type of its own for it."""
    known = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    return known or "No space left on device" in str(error)


def tells_of_no_memory(text: str) -> bool:
    """Whether an error or the end of a log says that memory ran out."""
    return any(sign in text for sign in NO_MEMORY_SIGNS)
