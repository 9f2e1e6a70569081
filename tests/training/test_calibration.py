import numpy as np
import pytest

from core.classifier import softmax
from training.calibration import COVERAGE, FACES_KEPT, choose_thresholds, fit_temperature

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_temperature_that_made_the_labels_is_found(temperature):
    logits = RNG.normal(0, 3, (20_000, 5)).astype(np.float32)
    odds = softmax(logits / np.float32(temperature)).astype(np.float64)
    truth = np.array([RNG.choice(5, p=row / row.sum()) for row in odds])
    assert fit_temperature(logits, truth, people=20_000) == pytest.approx(temperature, rel=0.06)


def test_few_people_answered_without_a_fault_do_not_make_every_answer_certain():
    logits = RNG.normal(0, 1, (80, 5)).astype(np.float32)
    truth = logits.argmax(axis=1)
    assert 0.4 < fit_temperature(logits, truth, people=8) < 1
    assert fit_temperature(logits, truth, people=8) > fit_temperature(logits, truth, people=80)


def test_thresholds_keep_the_promised_shares():
    logits = RNG.normal(0, 3, (5000, 5)).astype(np.float32)
    face = RNG.random(5000).astype(np.float32)
    thresholds = choose_thresholds(logits, 1.5, face)
    kept = softmax(logits / np.float32(1.5)).max(axis=1) >= thresholds.confidence
    assert kept.mean() == pytest.approx(COVERAGE, abs=0.01)
    assert (face >= thresholds.face).mean() == pytest.approx(FACES_KEPT, abs=0.01)


def test_network_without_a_face_output_has_no_face_threshold():
    assert choose_thresholds(RNG.normal(0, 1, (50, 3)).astype(np.float32), 1.0, None).face is None


def test_answers_that_are_all_certain_leave_room_for_one_that_is_nearly_so():
    logits = np.zeros((100, 3), np.float32)
    logits[:, 0] = 40
    thresholds = choose_thresholds(logits, 1.0, np.ones(100, np.float32))
    assert max(thresholds.confidence, thresholds.face) < 1


def test_sure_network_is_not_refused_for_a_digit():
    """Temperature 1 and logits so far apart that nine in ten answers round to 1."""
    rng = np.random.default_rng(0)
    sure = (1 - 10 ** rng.uniform(-7, -4.7, 2000)).astype(np.float32)
    logits = np.zeros((2000, 2), np.float32)
    logits[:, 0] = np.log(sure / (1 - sure))
    thresholds = choose_thresholds(logits, 1.0, sure)
    assert (sure >= thresholds.face).mean() >= FACES_KEPT
    assert (sure >= thresholds.confidence).mean() >= COVERAGE
