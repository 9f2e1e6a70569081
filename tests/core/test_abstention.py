import pytest

from core.abstention import (
    ADVICE,
    MAX_YAW,
    MIN_BRIGHTNESS,
    MIN_CONTRAST,
    MIN_SHARPNESS,
    MIN_SIZE,
    Abstention,
    Reason,
    judge_answer,
    judge_quality,
)
from core.bundles import Thresholds
from core.expressions import Expression
from core.faces import Quality

GOOD = Quality(size=90, sharpness=0.3, brightness=120, contrast=50, roll=0, yaw=5)
THRESHOLDS = Thresholds(confidence=0.6, coverage=0.9, face=0.8)


def test_good_face_may_be_read():
    assert judge_quality(GOOD) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"size": 15}, Reason.TOO_SMALL),
        ({"brightness": 5}, Reason.TOO_DARK),
        ({"contrast": 2}, Reason.WASHED_OUT),
        ({"sharpness": 0.001}, Reason.BLURRED),
        ({"yaw": 65}, Reason.TURNED_AWAY),
        ({"yaw": -65}, Reason.TURNED_AWAY),
    ],
)
def test_each_defect_is_named(change, reason):
    assert judge_quality(GOOD.model_copy(update=change)).reason is reason


@pytest.mark.parametrize(
    ("measure", "limit", "worse"),
    [
        ("size", MIN_SIZE, -0.1),
        ("brightness", MIN_BRIGHTNESS, -0.1),
        ("contrast", MIN_CONTRAST, -0.1),
        ("sharpness", MIN_SHARPNESS, -0.0001),
        ("yaw", MAX_YAW, 0.1),
        ("yaw", -MAX_YAW, -0.1),
    ],
)
def test_face_that_just_meets_a_limit_is_read_and_one_just_beyond_it_is_not(measure, limit, worse):
    assert judge_quality(GOOD.model_copy(update={measure: limit})) is None
    assert judge_quality(GOOD.model_copy(update={measure: limit + worse})) is not None


def test_face_without_landmarks_is_not_called_turned_away():
    assert judge_quality(GOOD.model_copy(update={"yaw": None, "roll": None})) is None


def test_sure_answer_is_given():
    assert judge_answer({Expression.ANGER: 0.7, Expression.FEAR: 0.3}, 0.99, THRESHOLDS) is None


def test_answer_that_is_just_as_sure_as_asked_for_is_given_and_one_less_sure_is_not():
    for sure, face, reason in (
        (0.6, 0.8, None),
        (0.599, 0.8, Reason.AMBIGUOUS),
        (0.6, 0.799, Reason.UNLIKE_A_FACE),
    ):
        abstained = judge_answer({Expression.ANGER: sure, Expression.FEAR: 1 - sure}, face, THRESHOLDS)
        assert (abstained.reason if abstained else None) is reason


def test_unsure_answer_names_the_two_it_lies_between():
    probabilities = {Expression.ANGER: 0.3, Expression.FEAR: 0.5, Expression.SADNESS: 0.2}
    abstained = judge_answer(probabilities, 0.99, THRESHOLDS)
    assert str(abstained) == "ambiguous: fear or anger"
    assert "fear or anger" in abstained.advice


def test_what_is_unlike_a_face_gets_no_answer_however_sure():
    abstained = judge_answer({Expression.ANGER: 0.99, Expression.FEAR: 0.01}, 0.5, THRESHOLDS)
    assert abstained.reason is Reason.UNLIKE_A_FACE


def test_model_without_an_opinion_on_faces_is_judged_by_confidence_alone():
    assert judge_answer({Expression.ANGER: 0.99, Expression.FEAR: 0.01}, None, THRESHOLDS) is None


def test_every_reason_has_advice_of_whole_sentences():
    assert set(ADVICE) == set(Reason)
    for reason in Reason:
        assert Abstention(reason=reason).advice.endswith(".")
