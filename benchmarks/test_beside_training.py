"""How soon a photo is read while a training runs beside the server, and without one."""

from core.readings import read_bytes


def test_photo_without_a_training(benchmark, photo, classifier):
    benchmark.pedantic(read_bytes, (photo, classifier), rounds=100, warmup_rounds=5)


def test_photo_beside_a_training(benchmark, photo, classifier, drawn_job):
    benchmark.pedantic(read_bytes, (photo, classifier), rounds=100, warmup_rounds=5)
