"""How fast a recording is read, and that an hour takes no more memory than a minute: MIEN_BENCH_HOUR=1."""

import os
import threading
from pathlib import Path

import av
import cv2
import numpy as np
import psutil
import pytest

from core.engagement.recording import read_recording

FRAMES_PER_SECOND = 10


@pytest.fixture
def clip(photo, tmp_path):
    """A function that makes a 1080p clip of so many seconds, a moving face in it."""
    picture = cv2.cvtColor(cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    picture = cv2.resize(picture, (1920, 1080))

    def make(seconds: int) -> Path:
        path = tmp_path / f"{seconds}.mp4"
        with av.open(str(path), "w") as container:
            video = container.add_stream("libx264", rate=FRAMES_PER_SECOND)
            video.width, video.height, video.pix_fmt = 1920, 1080, "yuv420p"
            video.options = {"preset": "ultrafast"}
            for number in range(seconds * FRAMES_PER_SECOND):
                moved = np.roll(picture, 4 * (number % 20), axis=1)
                container.mux(video.encode(av.VideoFrame.from_ndarray(moved, format="rgb24")))
            container.mux(video.encode())
        return path

    return make


@pytest.mark.parametrize(
    "seconds",
    [
        60,
        pytest.param(
            3600,
            marks=pytest.mark.skipif(
                not os.environ.get("MIEN_BENCH_HOUR"), reason="takes half an hour: set MIEN_BENCH_HOUR"
            ),
        ),
    ],
)
def test_recording(benchmark, clip, classifier, seconds):
    path, process, megabytes, done = clip(seconds), psutil.Process(), [], threading.Event()

    def watch_memory() -> None:
        while not done.wait(0.5):
            megabytes.append(process.memory_info().rss / 2**20)

    watcher = threading.Thread(target=watch_memory)
    watcher.start()
    recording = benchmark.pedantic(read_recording, (path, classifier), rounds=1)
    took = benchmark.stats.stats.mean
    done.set()
    watcher.join()
    tenth = max(1, len(megabytes) // 10)
    print(
        f"\n{seconds} s of 1080p at five looks a second: {took:.0f} s, {seconds / took:.1f} times real time; "
        f"{max(megabytes[: 2 * tenth]):.0f} MiB in the first fifth, {max(megabytes):.0f} at most"
    )
    assert recording.looks > 4 * seconds
