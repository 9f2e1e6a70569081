from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from core.errors import DataError
from core.expressions import Expression
from tests.training.conftest import make_crops
from training.evaluation.fairness import measure_groups, read_groups
from training.evaluation.predictions import Predictions

LABELS = (Expression.ANGER, Expression.HAPPINESS, Expression.SURPRISE)


def predictions(right) -> Predictions:
    """Answers of which the given rows are right."""
    data = make_crops(20)
    truth = np.searchsorted([0, 4, 7], data.labels)
    guess = np.where(right(np.arange(len(data))), truth, (truth + 1) % 3)
    probabilities = np.eye(3, dtype=np.float32)[guess]
    return Predictions(LABELS, data, truth, probabilities, np.ones(len(data), np.bool_))


def test_group_that_fares_worse_is_seen(tmp_path):
    found = predictions(lambda rows: rows < len(rows) / 2)
    names = found.data.names.tolist()
    lines = [f"{name},{'young' if n < len(names) / 2 else 'old'}," for n, name in enumerate(names)]
    (tmp_path / "groups.csv").write_text("\n".join(["file,age,note", *lines]))
    young, old = sorted(
        measure_groups(found, read_groups(tmp_path / "groups.csv")), key=lambda g: -g.accuracy.value
    )
    assert (young.group, young.n, young.accuracy.value) == ("young", 90, 1.0)
    assert (old.group, old.n, old.accuracy.value) == ("old", 90, 0.0)
    assert old.accuracy.high < young.accuracy.low


def test_group_says_on_which_pictures_it_was_judged_and_whether_they_leak():
    found = predictions(lambda rows: rows >= 0)
    table = {name: {"age": "young"} for name in found.data.names.tolist()}
    for leaks in (False, True):
        (young,) = measure_groups(found, table, leaks)
        assert (young.data, young.leaks) == ("CK+48", leaks)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,age\na.png,young", "lacks the column file"),
        ("file\na.png", "names no groups"),
        ("file,age\na.png,old\na.png,young", "a.png that its age is old and young"),
    ],
)
def test_table_that_says_nothing_is_refused(tmp_path, text, sentence):
    (tmp_path / "groups.csv").write_text(text)
    with pytest.raises(DataError, match=sentence):
        read_groups(tmp_path / "groups.csv")


def test_table_of_other_pictures_is_refused():
    with pytest.raises(DataError, match="None of the judged pictures"):
        measure_groups(predictions(lambda rows: rows >= 0), {"nobody.png": {"age": "young"}})


def test_missing_table_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_groups(tmp_path / "none.csv")


def test_table_that_could_mean_the_pictures_of_two_data_sets_is_refused():
    found = predictions(lambda rows: rows >= 0)
    half = len(found.truth) // 2
    two = replace(
        found.data,
        names=np.array([f"{n % half}.png" for n in range(2 * half)]),
        sources=np.array(["clinic", "street"]).repeat(half),
    )
    with pytest.raises(DataError, match=r"clinic and street both have a picture 3\.png"):
        measure_groups(replace(found, data=two), {"3.png": {"age": "old"}})


def test_name_is_found_however_its_letters_are_made_up(tmp_path):
    found = predictions(lambda rows: rows >= 0)
    names = np.array([f"e\u0301te\u0301/{n}.png" for n in range(len(found.truth))])
    (tmp_path / "groups.csv").write_text("file,age\n\u00e9t\u00e9/0.png,old", encoding="utf-8")
    table = read_groups(tmp_path / "groups.csv")
    assert measure_groups(replace(found, data=replace(found.data, names=names)), table)[0].n == 1


def test_few_without_a_mistake_are_no_certainty():
    found = predictions(lambda rows: rows >= 0)
    table = {name: {"age": "old"} for name in found.data.names.tolist()}
    assert len(set(found.data.subjects)) == 20
    interval = measure_groups(found, table)[0].accuracy
    assert (interval.value, interval.high) == (1.0, 1.0)
    assert interval.low == pytest.approx(lower_bound(20, 20))


def test_each_group_is_counted_by_itself_the_larger_one_first():
    found = predictions(lambda rows: rows % 2 == 0)
    is_old = found.data.subjects < "S005"
    names = found.data.names.tolist()
    table = {name: {"age": "old" if old else "young"} for name, old in zip(names, is_old, strict=True)}
    young, old = measure_groups(replace(found, answered=~is_old), table)
    assert (young.group, young.n, young.people) == ("young", 135, 15)
    assert (old.group, old.n, old.people) == ("old", 45, 5)
    assert (young.unanswered, old.unanswered) == (0, 1)


def test_pictures_of_one_person_are_no_evidence_of_their_own():
    found = predictions(lambda rows: rows // 9 % 2 == 0)
    table = {name: {"age": "old"} for name in found.data.names.tolist()}
    (old,) = measure_groups(found, table)
    assert (old.n, old.people, old.accuracy.value) == (180, 20, 0.5)
    assert old.accuracy.high - old.accuracy.low > 0.3, "rows by themselves would give 0.15"


def test_few_without_a_hit_are_no_certainty_either():
    found = predictions(lambda rows: rows < 0)
    table = {name: {"age": "old"} for name in found.data.names.tolist()}
    interval = measure_groups(found, table)[0].accuracy
    assert (interval.low, interval.value) == (0.0, 0.0)
    assert interval.high == pytest.approx(1 - lower_bound(20, 20))


def test_picture_too_poor_for_an_answer_counts_as_unanswered():
    found = predictions(lambda rows: rows >= 0)
    dark = found.data.crops.copy()
    dark[: len(dark) // 4] //= 64
    table = {name: {"age": "old"} for name in found.data.names.tolist()}
    (old,) = measure_groups(replace(found, data=replace(found.data, crops=dark)), table)
    assert old.unanswered == 0.25


def lower_bound(right: int, count: int) -> float:
    """Clopper and Pearson's lower bound by SciPy."""
    return float(binomtest(right, count).proportion_ci(method="exact").low)


def test_pictures_that_are_not_there_are_named_and_a_column_without_a_name_is_none(tmp_path, caplog):
    found = predictions(lambda rows: rows >= 0)
    names = found.data.names.tolist()
    lines = [f"{n},{name},young" for n, name in enumerate(names)]
    (tmp_path / "groups.csv").write_text(
        "\n".join([",file,age", *lines, "98,gone.png,old", "99,lost.png,old"])
    )
    (young,) = measure_groups(found, read_groups(tmp_path / "groups.csv"))
    assert (young.attribute, young.group, young.n) == ("age", "young", len(names))
    assert "names 2 pictures that are not among the judged ones, such as gone.png" in caplog.text
