from dataclasses import replace

import numpy as np
import pytest

from core.bundles import Bundle, Thresholds
from core.classifier import Classifier
from core.errors import DataError
from core.expressions import EXPRESSIONS, Expression
from tests.training.conftest import SHOWN, make_crops
from training.datasets.labelled import NOT_A_FACE, LabelledCrops, without_a_face
from training.evaluation import Predictions, bootstrap, predict, score, score_predictions, scored_as
from training.overlap import Overlap
from training.splits import NOBODY_NAMED, PROTOCOLS


def test_score_counts_what_the_bundle_answers(champion):
    data = make_crops(6)
    found = score(predict(champion, data), "bars", "made", leaks=False)
    guess = champion.answer(data.crops).probabilities.argmax(axis=1)
    assert found.accuracy.value == pytest.approx((guess == data.labels).mean())
    assert found.n == len(data)
    assert found.subjects == 6
    assert set(found.per_class) == {Expression.ANGER, Expression.HAPPINESS, Expression.SURPRISE}
    assert np.array(found.confusion).sum() == len(data)
    assert found.accuracy.low <= found.accuracy.value <= found.accuracy.high


def test_rows_without_a_known_label_are_left_out(champion):
    data = make_crops(6)
    nobody = without_a_face(data.crops[:5], data.sequences[:5], "nobody")
    both = LabelledCrops.concatenate([data, nobody])
    assert (both.labels == NOT_A_FACE).sum() == 5
    assert score(predict(champion, both), "bars", "made", leaks=False).n == len(data)
    with pytest.raises(DataError, match="no crop with a label"):
        score(predict(champion, nobody), "nobody", "made", leaks=False)


def test_interval_of_whole_subjects_is_wider_than_of_rows():
    right = np.repeat(np.random.default_rng(0).integers(0, 2, 20), 30)

    def accuracy(rows):
        return float(right[rows].mean())

    subjects = bootstrap(accuracy, np.repeat(np.arange(20).astype(str), 30))
    rows = bootstrap(accuracy, np.arange(600).astype(str))
    assert subjects.value == rows.value == right.mean()
    assert subjects.high - subjects.low > 3 * (rows.high - rows.low)


def test_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(60):
        right = rng.random(80) < 0.7
        interval = bootstrap(lambda rows, right=right: float(right[rows].mean()), np.arange(80).astype(str))
        hits += interval.low <= 0.7 <= interval.high
    assert hits >= 50


def test_rows_of_each_data_set_get_a_score_of_their_own(champion):
    one, other = make_crops(6), make_crops(6, seed=1)
    other = replace(other, sources=np.full(len(other), "other"))
    predictions = predict(champion, LabelledCrops.concatenate([one, other]))
    scores = score_predictions(predictions, "subject", leaks=False, how="one split")
    seven, eight, rest = scores
    assert [(s.data, s.n) for s in scores] == [
        ("CK+48", len(one)),
        ("CK+48", len(one)),
        ("other", len(other)),
    ]
    assert all(s.protocol.startswith("one split: nobody") for s in scores)
    assert "seven expressions only" in seven.protocol
    assert (len(seven.labels), len(eight.labels), len(rest.labels)) == (7, 8, 8)


def test_score_says_how_much_of_its_own_pictures_the_training_part_knows(champion):
    one = make_crops(6)
    other = replace(make_crops(6, seed=1), sources=np.full(len(one), "other"))
    other = replace(other, subjects=np.full(len(one), ""), sequences=np.char.add("other ", other.sequences))
    tested = LabelledCrops.concatenate([one, other])
    overlap = Overlap.between(tested, one.take(one.subjects < "S003"), other.take(other.labels == 0))
    predictions = predict(champion, tested)
    scores = score_predictions(predictions, "random", True, "one split", overlap=overlap)
    assert [(s.leak, s.shared_people) for s in scores if s.data == "CK+48"] == [(0.5, 0.5)] * 2
    assert [(s.leak, s.shared_people) for s in scores if s.data == "other"] == [(pytest.approx(1 / 3), None)]
    assert "50% of the test frames have a sibling in training" in scores[0].how


def test_score_of_people_who_are_not_named_does_not_say_that_they_are_new(champion):
    data = make_crops(6)
    unnamed = replace(data, subjects=np.full(len(data), ""))
    for given, split, said in (
        (data, "subject", PROTOCOLS["subject"]),
        (unnamed, "subject", NOBODY_NAMED),
        (unnamed, "random", PROTOCOLS["random"]),
    ):
        *_, found = score_predictions(predict(champion, given), split, False, "a fifth held out")
        assert found.protocol == f"a fifth held out: {said}"


def test_people_are_new_only_where_all_that_were_learned_from_are_named(champion):
    """Whom nobody names among the learned faces may be the one who is tested."""
    data = make_crops(8)
    test, learned = data.take(data.subjects < "S004"), data.take(data.subjects >= "S004")
    some = replace(learned, subjects=np.where(learned.subjects == "S005", "", learned.subjects))
    elsewhere = replace(some, sources=np.full(len(some), "other"))
    for given, said, shared in ((learned, "subject", 0), (some, None, None), (elsewhere, "subject", 0)):
        overlap = Overlap.between(test, given)
        *_, found = score_predictions(predict(champion, test), "subject", False, "half", overlap=overlap)
        assert found.protocol == f"half: {PROTOCOLS[said] if said else NOBODY_NAMED}"
        assert found.shared_people == shared


def test_score_on_fer_plus_says_of_which_training_it_is(champion):
    data = make_crops(6)
    data = replace(data, sources=np.full(len(data), "FER+"), parts=np.full(len(data), "test"))
    (found,) = score_predictions(predict(champion, data), "sequence", leaks=False, how="9% held out")
    assert found.data == "FER+ valid"
    assert "half of the votes that count" in found.protocol
    assert found.protocol.endswith("; 9% held out, sequence split")


@pytest.mark.parametrize(("source", "leaks"), [("FER2013", True), ("FER+", True), ("mine", False)])
def test_pictures_of_fer2013_are_known_by_either_name(champion, source, leaks):
    data = replace(make_crops(6), sources=np.full(18 * 3, source))
    (found,) = score_predictions(predict(champion, data), "subject", False, "one split", ["FER+"])
    assert found.leaks is leaks


@pytest.mark.parametrize(
    ("source", "learned", "leaks"),
    [
        ("mine", "mine", False),
        ("mine", "mine (test part)", True),
        ("FER2013", "FER+", False),
        ("CK+48", "CK+48", True),  # it has no test part of its own
    ],
)
def test_own_test_part_that_the_first_model_left_alone_stays_honest(champion, source, learned, leaks):
    data = make_crops(6)
    data = replace(data, sources=np.full(len(data), source), parts=np.full(len(data), "test"))
    found = score_predictions(predict(champion, data), "official", False, "its own division", [learned])
    assert {one.leaks for one in found} == {leaks}
    assert ("had learned from" in found[0].protocol) is leaks


def test_faces_taken_for_none_are_counted_by_themselves(champion):
    predictions = predict(champion, make_crops(6))
    face = champion.answer(make_crops(6).crops).face
    taken = face < champion.bundle.card.thresholds.face
    found = score(predictions, "x", "y", leaks=False)
    assert taken.mean() > 0
    assert found.unlike_a_face == pytest.approx(taken.mean())
    assert found.coverage <= 1 - found.unlike_a_face


def test_crop_gets_no_label_where_it_is_unsure_or_seems_to_be_no_face(champion):
    data, card = make_crops(6), champion.bundle.card
    answer = champion.answer(data.crops)
    thresholds = Thresholds(
        confidence=float(np.median(answer.probabilities.max(axis=1))),
        coverage=0.5,
        face=float(np.median(answer.face)),
    )
    strict = card.model_copy(update={"thresholds": thresholds})
    found = predict(Classifier(Bundle(champion.bundle.folder, strict, champion.bundle.digest)), data)
    sure = answer.probabilities.max(axis=1) >= np.float32(thresholds.confidence)
    assert (found.unlike == (answer.face < np.float32(thresholds.face))).all()
    assert (found.answered == (sure & ~found.unlike)).all()
    assert found.answered.sum() < min(sure.sum(), (~found.unlike).sum())


def test_score_of_what_is_answered_leaves_out_the_rest_and_what_nobody_shows():
    data = make_crops(4, frames=1)
    right = np.eye(len(EXPRESSIONS), dtype=np.float32)[np.where(np.arange(12) < 3, 0, data.labels)]
    late = Predictions(EXPRESSIONS, data, data.labels, right, np.arange(12) >= 6)
    found = score(late, "mine", "made", False)
    assert found.accuracy.value == pytest.approx(10 / 12)
    assert (found.coverage, found.covered_accuracy) == (0.5, 1.0)
    assert found.balanced_accuracy == pytest.approx((1 + 3 / 4 + 3 / 4) / 3)


def test_rows_in_which_half_of_the_votes_agree_count_in_the_score_on_fer_plus():
    data = make_crops(2, frames=1)
    targets = data.targets.copy()
    targets[:2] = [0.5, 0.3, 0.2, 0, 0, 0, 0, 0, 0]
    targets[2:4] = [0.49, 0.31, 0.2, 0, 0, 0, 0, 0, 0]
    data = replace(data, targets=targets, sources=np.full(6, "FER+"), parts=np.full(6, "test"))
    assert scored_as(data).tolist() == ["FER+ valid"] * 2 + [""] * 2 + ["FER+ valid"] * 2


def test_folds_are_pooled_by_what_all_of_them_know(champion):
    one = predict(champion, make_crops(2))
    with pytest.raises(DataError, match="know different expressions"):
        Predictions.pool([one, one.view(SHOWN)])
    assert Predictions.pool([one, one]).unlike.tolist() == [*one.unlike, *one.unlike]
    assert Predictions.pool([one, replace(one, unlike=None)]).unlike is None


def test_smaller_view_masks_the_others_and_sums_to_one(champion):
    predictions = predict(champion, make_crops(6))
    view = predictions.view(SHOWN)
    assert view.labels == SHOWN
    assert np.allclose(view.probabilities.sum(axis=1), 1, atol=1e-5)
    assert [view.labels[t] for t in view.truth] == [predictions.labels[t] for t in predictions.truth]


def test_pooled_folds_hold_every_row_once(champion):
    data = make_crops(6)
    halves = [
        predict(champion, data.take(data.subjects < "S003")),
        predict(champion, data.take(data.subjects >= "S003")),
    ]
    pooled = Predictions.pool(halves)
    assert sorted(pooled.data.names + pooled.data.subjects) == sorted(data.names + data.subjects)
    assert len(pooled.probabilities) == len(pooled.truth) == len(pooled.answered) == len(data)


def test_seven_expressions_of_ckplus_are_asked_about_rows_that_show_one():
    data = make_crops(10, frames=1, shown=EXPRESSIONS)
    right = np.eye(len(EXPRESSIONS), dtype=np.float32)[data.labels]
    perfect = Predictions(EXPRESSIONS, data, data.labels, right, np.ones(len(data), bool))
    seven, eight = score_predictions(perfect, "subject", False, "made")
    assert (seven.n, eight.n) == (70, 80)
    assert seven.accuracy.value == eight.accuracy.value == 1
    assert Expression.NEUTRAL not in seven.per_class


def test_classes_that_few_show_make_a_model_without_a_fault_no_less_sure_of_macro_f1():
    data = make_crops(12, frames=1).take(np.arange(36) % 3 == np.minimum(np.arange(36) // 3, 2))
    assert np.bincount(data.labels).max() == 10
    right = np.eye(len(EXPRESSIONS), dtype=np.float32)[data.labels]
    found = score(
        Predictions(EXPRESSIONS, data, data.labels, right, np.ones(12, bool)), "mine", "made", False
    )
    assert found.macro_f1 == found.accuracy
    assert found.macro_f1.low > 0.7, "twelve people without a mistake"
