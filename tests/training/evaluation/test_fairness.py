import numpy as np
import pytest

from core.errors import DataError
from core.expressions import Expression
from tests.training.conftest import make_crops
from training.evaluation.fairness import measure_groups, read_groups
from training.evaluation.predictions import Predictions

LABELS = (Expression.ANGER, Expression.HAPPINESS, Expression.SURPRISE)


def predictions(right) -> Predictions:
    """Answers of which the given rows are right."""
    data = make_crops(6)
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
    assert (young.group, young.n, young.accuracy.value) == ("young", 27, 1.0)
    assert (old.group, old.n, old.accuracy.value) == ("old", 27, 0.0)
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
