import errno

import pytest

from training.jobs.failures import DISK_FULL, NO_MEMORY, describe, tells_of_no_memory


class ResourceExhaustedError(Exception):
    """Called like TensorFlow's."""


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DISK_FULL),
        (RuntimeError("HDF5: write failed: errno = 28, 'No space left on device'"), DISK_FULL),
        (MemoryError(), NO_MEMORY),
        (ResourceExhaustedError("OOM when allocating tensor"), NO_MEMORY),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), NO_MEMORY),
        (RuntimeError("InternalError: Dst tensor is not initialized."), NO_MEMORY),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), NO_MEMORY),
        (RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), NO_MEMORY),
    ],
)
def test_known_failures_come_with_advice(error, sentence):
    assert describe(error) == sentence


@pytest.mark.parametrize(
    "log",
    [
        "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n",
        "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 72.0 GiB for an array\n",
    ],
)
def test_last_words_of_a_crash_tell_that_memory_ran_out(log):
    assert tells_of_no_memory(log)


def test_unforeseen_failure_names_itself_and_the_log():
    assert describe(KeyError("x")).startswith("The training failed unexpectedly (KeyError: 'x')")
