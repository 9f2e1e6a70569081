import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.classifier import BATCH, Classifier, load_classifier, softmax
from core.expressions import EXPRESSIONS

CROPS = np.random.default_rng(0).integers(0, 256, (150, 48, 48, 1), dtype=np.uint8)


def test_serving_loads_neither_keras_nor_tensorflow(portrait_file):
    code = (
        "import sys; from pathlib import Path; from core.classifier import load_classifier;"
        "from core.readings import read_bytes;"
        f"print(read_bytes(Path({str(portrait_file)!r}).read_bytes(), load_classifier()).readings[0].label);"
        "print(sorted({'tensorflow', 'keras', 'streamlit', 'sklearn'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split("\n")[:2] == ["happiness", "[]"]


def test_probabilities_of_each_bundle_are_distributions(bundle):
    answer = Classifier(bundle).answer(CROPS)
    assert answer.probabilities.shape == (150, len(bundle.card.labels))
    assert answer.probabilities.dtype == np.float32
    assert (answer.probabilities >= 0).all()
    assert np.allclose(answer.probabilities.sum(axis=1), 1, atol=1e-5)


def test_labels_stand_in_the_one_order(bundle):
    places = [EXPRESSIONS.index(label) for label in bundle.card.labels]
    assert places == sorted(places)


def test_batch_answers_as_its_crops_do_one_by_one(bundle):
    classifier = Classifier(bundle)
    assert len(CROPS) > 2 * BATCH
    one_by_one = np.concatenate([classifier.answer(CROPS[i : i + 1]).probabilities for i in range(150)])
    assert np.abs(classifier.answer(CROPS).probabilities - one_by_one).max() < 1e-5


def test_no_crops_give_no_answers(bundle):
    answer = Classifier(bundle).answer(CROPS[:0])
    assert answer.probabilities.shape == (0, len(bundle.card.labels))


def test_ten_threads_get_the_answers_of_one(bundle):
    classifier = Classifier(bundle)
    slices = [CROPS[i : i + 1 + i % 7] for i in range(140)] * 3
    alone = [classifier.answer(part).probabilities for part in slices]
    with ThreadPoolExecutor(10) as pool:
        together = list(pool.map(lambda part: classifier.answer(part).probabilities, slices))
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize(
    "crops", [CROPS.astype(np.float32), CROPS[..., 0], CROPS[:, :40], np.repeat(CROPS, 3, axis=3)]
)
def test_crops_of_another_form_are_refused(champion, crops):
    with pytest.raises(ValueError, match=r"uint8 \(n, 48, 48, 1\)"):
        champion.answer(crops)


def test_champion_says_whether_it_is_a_face_at_all(champion):
    face = champion.answer(CROPS).face
    assert face.shape == (150,)
    assert ((face >= 0) & (face <= 1)).all()
    assert np.median(face) < 0.5, "noise is no face"


def test_temperature_of_the_card_is_applied(bundle):
    classifier = Classifier(bundle)
    logits = classifier.logits(CROPS[:5])[:, : len(bundle.card.labels)]
    expected = softmax(logits / np.float32(bundle.card.temperature))
    assert np.allclose(classifier.answer(CROPS[:5]).probabilities, expected, atol=1e-6)


def test_whether_it_is_a_face_is_told_before_the_temperature_that_the_labels_are_calibrated_by(champion):
    logits = champion.logits(CROPS[:5])
    assert champion.bundle.card.temperature != 1
    assert np.allclose(champion.answer(CROPS[:5]).face, 1 - softmax(logits)[:, -1], atol=1e-6)


def test_unchanged_bundle_is_loaded_once():
    assert load_classifier() is load_classifier()


def test_softmax_stands_large_logits():
    assert softmax(np.float32([[1e4, 0, -1e4]])).tolist() == [[1, 0, 0]]
