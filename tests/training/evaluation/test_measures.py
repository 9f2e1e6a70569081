import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from training.evaluation import expected_calibration_error, macro_f1, reliability, risk_coverage

PROBABILITIES = np.array([[0.9, 0.1]] * 4 + [[0.6, 0.4]] * 2, np.float32)
TRUTH = np.array([0, 0, 1, 1, 0, 0])
"""Two bins: 0.9 sure and half right, 0.6 sure and all right."""


def test_calibration_error_by_hand():
    expected = 4 / 6 * 0.4 + 2 / 6 * 0.4
    assert expected_calibration_error(PROBABILITIES, TRUTH) == pytest.approx(expected, abs=1e-5)


def test_reliability_lists_the_bins_that_hold_answers():
    low, high = reliability(PROBABILITIES, TRUTH)
    assert (low.n, low.accuracy, high.n, high.accuracy) == (2, 1.0, 4, 0.5)
    assert (low.confidence, high.confidence) == pytest.approx((0.6, 0.9))


def test_full_confidence_stands_in_the_last_bin():
    (bin_,) = reliability(np.array([[1.0, 0.0], [0.95, 0.05]], np.float32), np.array([0, 0]))
    assert (bin_.n, bin_.confidence) == (2, pytest.approx(0.975))


def test_of_few_rows_at_least_the_surest_is_answered():
    curve = risk_coverage(np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], np.float32), np.array([0, 0, 0]))
    assert [point.accuracy for point in curve if point.coverage <= 0.45] == [1.0] * 9
    assert curve[-1].accuracy == pytest.approx(2 / 3)


def test_answering_only_the_surest_crops_is_more_often_right():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 4000).astype(np.float32)
    probabilities = np.stack([confidence, 1 - confidence], axis=1)
    truth = (rng.random(4000) > confidence).astype(np.intp)
    curve = risk_coverage(probabilities, truth)
    by_coverage = {point.coverage: point.accuracy for point in curve}
    assert by_coverage[0.2] > by_coverage[0.6] > by_coverage[1.0]
    assert by_coverage[1.0] == pytest.approx((truth == 0).mean())


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1),
    st.sets(st.integers(0, 7), min_size=1),
)
def test_macro_f1_is_that_of_scikit_learn(pairs, labels):
    truth, guess = np.array(pairs).T
    expected = f1_score(truth, guess, labels=sorted(labels), average="macro", zero_division=0)
    assert macro_f1(truth, guess, np.array(sorted(labels))) == pytest.approx(expected)
