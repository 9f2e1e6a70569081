import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from core.errors import DataError
from tests.training.jobs.conftest import line
from training.looking import look_at

ENDLESS = "drawn:2001"
"""Minutes of drawing."""


def looks_at(data: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if line(process).endswith(f"-- {data}")]


def test_other_data_need_not_wait_for_a_long_look_and_it_ends_once_abandoned():
    abandoned = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        try:
            long = threads.submit(look_at, [ENDLESS], lambda: not abandoned.is_set())
            while not looks_at(ENDLESS):
                assert not long.done()
                time.sleep(0.1)
            assert look_at(["drawn:4"]).check.subjects == 4
            assert not long.done()
        finally:
            abandoned.set()
        with pytest.raises(DataError, match="Nobody waited for the end"):
            long.result(timeout=10)
    assert not looks_at(ENDLESS)


def test_data_that_cannot_be_read_are_one_sentence():
    with pytest.raises(DataError, match="There is no data at /nowhere"):
        look_at(["/nowhere"])
