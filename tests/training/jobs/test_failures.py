import errno

import pytest

from training.jobs.failures import DISK_FULL, NO_MEMORY, describe


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
    ],
)
def test_known_failures_come_with_advice(error, sentence):
    assert describe(error) == sentence


def test_unforeseen_failure_names_itself_and_the_log():
    assert describe(KeyError("x")).startswith("The training failed unexpectedly (KeyError: 'x')")
