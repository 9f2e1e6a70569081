"""How soon the HTTP interface answers while many call at once: a real server, real photos."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import requests

from tests.conftest import free_port
from tests.e2e.conftest import running_server

CALLS = 200


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "MIEN_API_CALLS_PER_SECOND", "10000")
        patch.setitem(os.environ, "MIEN_API_BURST", "10000")
        with running_server(tmp_path_factory.mktemp("home"), free_port()) as url:
            requests.get(f"{url}/api/v1/ready", timeout=60)
            yield url


@pytest.mark.parametrize("at_once", [1, 4, 16, 100])
def test_classify_under_load(benchmark, server, photo, at_once):
    milliseconds = []

    def call(_: int) -> None:
        start = time.perf_counter()
        files = {"pictures": ("photo.jpg", photo)}
        answer = requests.post(f"{server}/api/v1/classify", files=files, timeout=120)
        milliseconds.append(1000 * (time.perf_counter() - start))
        assert answer.json()[0]["faces"][0]["label"] == "happiness"

    def load() -> None:
        with ThreadPoolExecutor(at_once) as threads:
            list(threads.map(call, range(CALLS)))

    benchmark.pedantic(load, rounds=1)
    half, most = np.percentile(milliseconds, [50, 95])
    rate = CALLS / benchmark.stats.stats.mean
    print(f"\n{at_once} at once: median {half:.0f} ms, 95% within {most:.0f} ms, {rate:.0f} photos a second")
