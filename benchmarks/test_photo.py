"""Bytes to probabilities on a 1280×720 photo with one face, whole and stage by stage."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from core import faces
from core.images import decode
from core.readings import read_bytes


def test_bytes_to_probabilities(benchmark, photo, classifier):
    assert len(read_bytes(photo, classifier).readings) == 1
    benchmark.pedantic(read_bytes, (photo, classifier), rounds=50, warmup_rounds=5)


def test_ten_threads_at_once(benchmark, photo, classifier):
    """Forty photos by ten threads; each gets the answer that it gets alone."""
    alone = read_bytes(photo, classifier).readings
    with ThreadPoolExecutor(10) as threads:

        def read_forty() -> None:
            for found in threads.map(lambda _: read_bytes(photo, classifier), range(40)):
                assert found.readings == alone

        benchmark.pedantic(read_forty, rounds=5, warmup_rounds=1)


def test_photo_of_a_phone(benchmark, photo, classifier):
    """4000×3000, the same face."""
    picture = cv2.resize(decode(photo), (4000, 3000), interpolation=cv2.INTER_CUBIC)
    large = cv2.imencode(".jpg", picture[:, :, ::-1])[1].tobytes()
    assert len(read_bytes(large, classifier).readings) == 1
    benchmark.pedantic(read_bytes, (large, classifier), rounds=10, warmup_rounds=2)


def test_stage_decode(benchmark, photo):
    benchmark.pedantic(decode, (photo,), rounds=50, warmup_rounds=5)


def test_stage_find(benchmark, photo):
    picture = decode(photo)
    benchmark.pedantic(faces.find, (picture,), rounds=50, warmup_rounds=5)


def test_stage_crop(benchmark, photo):
    picture = decode(photo)
    landmarks = [face.landmarks for face in faces.find(picture)]
    benchmark.pedantic(faces.crop, (picture, landmarks), rounds=50, warmup_rounds=5)


def test_stage_classify_one(benchmark, classifier):
    crop = np.zeros((1, 48, 48, 1), np.uint8)
    benchmark.pedantic(classifier.answer, (crop,), rounds=50, warmup_rounds=5)


def test_stage_classify_64(benchmark, classifier):
    crops = np.zeros((64, 48, 48, 1), np.uint8)
    benchmark.pedantic(classifier.answer, (crops,), rounds=50, warmup_rounds=5)
