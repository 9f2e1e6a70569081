"""How soon the first page can be used after the start, and what the serving process weighs then."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil

from benchmarks.conftest import chromium
from tests.conftest import free_port

ROOT = Path(__file__).parents[1]


def start_server() -> tuple[subprocess.Popen[bytes], str]:
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    process = subprocess.Popen(
        [*command, f"--server.port={port}"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ,
    )
    return process, f"http://127.0.0.1:{port}"


def wait_until_up(url: str) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.02)


def test_first_page_and_memory(benchmark):
    with chromium() as browser:
        megabytes = []

        def first_page() -> None:
            process, url = start_server()
            try:
                wait_until_up(url)
                page = browser.new_page()
                page.goto(f"{url}/?sample=astronaut")
                page.get_by_role("heading", name="Happiness").wait_for(timeout=30_000)
                megabytes.append(psutil.Process(process.pid).memory_info().rss / 2**20)
                page.close()
            finally:
                process.terminate()
                process.wait(20)

        benchmark.pedantic(first_page, rounds=5, warmup_rounds=1)
    print(f"\nserving process after one photo: {max(megabytes):.0f} MiB")
