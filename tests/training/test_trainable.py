from dataclasses import replace

import numpy as np
import pytest

from core.errors import DataError
from core.expressions import EXPRESSIONS, Expression
from tests.training.conftest import make_crops
from training.datasets.labelled import LabelledCrops
from training.datasets.nonfaces import make_nonfaces
from training.trainable import BASIC, refusals, require_trainable


def without(data, *expressions):
    return data.take(~np.isin(data.labels, [EXPRESSIONS.index(e) for e in expressions]))


def test_all_eight_shown_by_two_people_pass():
    data = make_crops(2, shown=tuple(Expression))
    assert refusals(data) == ()
    require_trainable(data)


def test_contempt_and_neutral_may_be_missing():
    assert refusals(make_crops(2, shown=BASIC)) == ()
    assert set(Expression) - set(BASIC) == {Expression.CONTEMPT, Expression.NEUTRAL}


@pytest.mark.parametrize("expression", BASIC)
def test_each_basic_expression_is_needed(expression):
    (reason,) = refusals(without(make_crops(2, shown=tuple(Expression)), expression))
    assert reason == f"There are no pictures of {expression}: add some."


def test_class_of_one_person_is_refused_even_if_it_could_be_missing():
    data = make_crops(3, shown=tuple(Expression))
    contempt = data.labels == EXPRESSIONS.index(Expression.CONTEMPT)
    (reason,) = refusals(data.take(~contempt | (data.subjects == "S001")))
    assert "Only one subject shows contempt" in reason


def test_groups_of_near_copies_stand_in_for_people_who_are_not_named():
    data = make_crops(2, shown=tuple(Expression))
    anonymous = replace(data, subjects=np.full(len(data), ""))
    assert refusals(anonymous) == ()
    assert "fear" in refusals(replace(anonymous, sequences=data.labels.astype(str)))[0]


def test_crops_without_a_face_are_no_class():
    data = make_crops(2, shown=tuple(Expression))
    assert refusals(LabelledCrops.concatenate([data, make_nonfaces(data.crops, 1, seed=0)])) == ()


def test_refusal_says_all_reasons_and_how_to_go_on():
    data = without(make_crops(1, shown=tuple(Expression)), Expression.FEAR)
    with pytest.raises(DataError, match=r"no pictures of fear.*Only one subject shows anger.*--anyway"):
        require_trainable(data)
