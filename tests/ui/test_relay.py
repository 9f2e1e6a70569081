import asyncio
from concurrent.futures import ThreadPoolExecutor

from aiortc import MediaStreamTrack

from ui.live._compat import NewestFrameRelay


class Counter(MediaStreamTrack):
    """A camera whose frames are numbers."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0

    async def recv(self) -> int:
        await asyncio.sleep(0.001)
        self.sent += 1
        return self.sent


def test_slow_viewer_gets_the_newest_frame_and_none_pile_up():
    async def watch() -> tuple[list[int], int]:
        camera = Counter()
        viewer = NewestFrameRelay().subscribe(camera)
        seen = []
        for _ in range(5):
            seen.append(await viewer.recv())
            await asyncio.sleep(0.05)
        sent = camera.sent
        viewer.stop()
        camera.stop()
        return seen, sent

    with ThreadPoolExecutor() as threads:  # a browser of other tests may have a loop in this one
        seen, sent = threads.submit(asyncio.run, watch()).result()
    assert sent > 30, "the camera is faster than the viewer"
    assert seen[-1] > 20, "what came meanwhile was skipped, not queued"
    assert seen == sorted(set(seen))
