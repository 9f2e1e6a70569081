"""What a person reads when a job's process fails, whatever the failure was."""

import errno

import pytest

from training.jobs.job import JobState, jobs_folder
from training.jobs.process import DISK_FULL, NO_MEMORY, describe, main


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


def test_damaged_specification_fails_the_job_and_says_so(home):
    folder = jobs_folder() / "x"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text('{"recipe": 1}')
    assert main("x") == 1
    outcome = (folder / "outcome.json").read_text()
    assert JobState.FAILED in outcome
    assert "failed unexpectedly" in outcome
