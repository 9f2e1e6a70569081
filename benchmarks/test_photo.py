"""Bytes to probabilities on a 1280×720 photo with one face, whole and stage by stage."""

import numpy as np

from core import faces
from core.images import decode
from core.readings import read_bytes


def test_bytes_to_probabilities(benchmark, photo, classifier):
    assert len(read_bytes(photo, classifier).readings) == 1
    benchmark.pedantic(read_bytes, (photo, classifier), rounds=50, warmup_rounds=5)


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
