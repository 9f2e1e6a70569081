from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import Image

from core.abstention import Reason
from core.classifier import Classifier
from core.errors import PictureError
from core.expressions import Expression
from core.images import decode
from core.readings import read_bytes, read_picture
from tests.conftest import encode


def test_smiling_portrait_says_happiness_clearly_with_each_bundle(bundle, portrait_file):
    (reading,) = read_bytes(portrait_file.read_bytes(), Classifier(bundle)).readings
    assert reading.label is Expression.HAPPINESS
    assert reading.abstained is None
    assert reading.probabilities[Expression.HAPPINESS] > 0.8


def test_reading_says_everything_about_its_face(champion, portrait):
    result = read_bytes(encode(portrait), champion)
    (reading,) = result.readings
    assert reading.box == pytest.approx((178, 62, 94, 114), abs=12)
    assert sum(reading.probabilities.values()) == pytest.approx(1, abs=1e-4)
    assert reading.quality.size == pytest.approx(94, abs=12)
    assert reading.face > 0.9
    assert result.crops.shape == (1, 48, 48, 1)
    assert (result.model, result.digest) == (champion.bundle.name, champion.bundle.digest)
    assert list(result.milliseconds) == ["decode", "find", "crop", "classify"]
    assert all(value > 0 for value in result.milliseconds.values())


def test_picture_without_a_face_has_one_reading_that_says_so(champion):
    (reading,) = read_picture(np.zeros((300, 300, 3), np.uint8), champion).readings
    assert (reading.label, reading.box, reading.probabilities) == (None, None, {})
    assert reading.abstained.reason is Reason.NO_FACE


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda face: face // 16, Reason.TOO_DARK),
        (lambda face: cv2.GaussianBlur(face, (0, 0), 9), Reason.BLURRED),
        (lambda face: cv2.resize(face, (52, 52), interpolation=cv2.INTER_AREA), Reason.TOO_SMALL),
    ],
)
def test_spoilt_photo_gets_the_reason(champion, face, spoil, reason):
    (reading,) = read_picture(np.ascontiguousarray(spoil(face)), champion).readings
    assert reading.label is None
    assert reading.abstained.reason is reason


def test_crop_is_read_as_one_face_even_where_none_is_found(champion):
    noise = np.random.default_rng(0).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    (reading,) = read_picture(noise, champion, is_crop=True).readings
    assert reading.box is None
    assert reading.abstained.reason is Reason.UNLIKE_A_FACE
    assert reading.probabilities


def test_threads_read_what_one_reads(champion, portrait, face):
    pictures = [encode(portrait), encode(face), encode(np.tile(face[::2, ::2], (1, 3, 1)))] * 8

    def outcome(data):
        return [(r.box, r.label, r.probabilities) for r in read_bytes(data, champion).readings]

    with ThreadPoolExecutor(10) as pool:
        together = list(pool.map(outcome, pictures))
    for got, alone in zip(together, map(outcome, pictures), strict=True):
        assert [(box, label) for box, label, _ in got] == [(box, label) for box, label, _ in alone]
        for (_, _, p), (_, _, q) in zip(got, alone, strict=True):
            assert p == pytest.approx(q, abs=1e-5)


def test_what_is_no_picture_raises_its_sentence(champion):
    with pytest.raises(PictureError, match="not a picture"):
        read_bytes(b"nothing", champion)


def test_drawing_of_a_face_never_fails(champion):
    canvas = np.full((400, 400, 3), 255, np.uint8)
    cv2.circle(canvas, (200, 200), 150, (0, 0, 0), 4)
    for x in (150, 250):
        cv2.circle(canvas, (x, 160), 15, (0, 0, 0), -1)
    cv2.ellipse(canvas, (200, 250), (70, 40), 0, 0, 180, (0, 0, 0), 5)
    assert len(read_picture(canvas, champion).readings) == 1


def test_smiling_official_portrait_says_happiness(shared_data, champion):
    data = (shared_data / "photos" / "real" / "obama_official_2012.jpg").read_bytes()
    assert read_bytes(data, champion).readings[0].label is Expression.HAPPINESS


def test_person_from_behind_has_no_face(shared_data, champion):
    data = (shared_data / "photos" / "real" / "exif_portrait_orientation6.jpg").read_bytes()
    assert read_bytes(data, champion).readings[0].abstained.reason is Reason.NO_FACE


def test_crops_without_a_face_are_mostly_refused_and_faces_are_not(shared_data, champion):
    folder = shared_data / "fer2013plus"
    nobody = np.load(folder / "not-a-face.npz")["images"][..., None]
    faces = np.load(folder / "valid.npz")["images"][:500, ..., None]
    threshold = champion.bundle.card.thresholds.face
    assert (champion.answer(nobody).face < threshold).mean() > 0.8
    assert (champion.answer(faces).face < threshold).mean() < 0.06


def test_greyscale_and_colour_of_one_photo_agree(champion, portrait):
    grey = np.asarray(Image.fromarray(portrait).convert("L"))
    colour, plain = (read_bytes(encode(p), champion).readings[0].probabilities for p in (portrait, grey))
    assert colour == pytest.approx(plain, abs=0.1)
    assert decode(encode(grey)).shape == (512, 512, 3)
