import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.pool import Pool


def test_one_thread_is_lent_the_same_again():
    pool = Pool(object)
    with pool.lend() as first:
        pass
    with pool.lend() as second:
        pass
    assert first is second


def test_no_two_threads_hold_the_same_at_once():
    pool, held, lock = Pool(object), set(), threading.Lock()

    def work(_):
        with pool.lend() as item:
            with lock:
                assert id(item) not in held
                held.add(id(item))
            with lock:
                held.remove(id(item))
        return item

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(work, range(500)))) <= 8


def test_one_that_failed_is_not_lent_again():
    pool = Pool(object)
    with pytest.raises(RuntimeError), pool.lend() as broken:
        raise RuntimeError
    with pool.lend() as fresh:
        assert fresh is not broken
