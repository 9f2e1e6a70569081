import numpy as np
from streamlit.testing.v1 import AppTest

from tests.training.datasets.test_near_duplicates import altered, smooth
from tests.training.test_checking import anonymous
from training.checking import check
from training.datasets.read_data import Cause, ReadData, Skipped
from training.looking import Look


def report(found) -> None:
    from ui.retrain.data import report_card

    report_card(found)


def told(data: ReadData) -> AppTest:
    page = AppTest.from_function(report, kwargs={"found": Look(check(data), {})}, default_timeout=30).run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return "\n".join(text.value for text in [*page.markdown, *page.caption])


def test_files_that_were_left_out_are_named_with_the_reason(home):
    skipped = (
        Skipped("fear/a.png", Cause.UNREADABLE, "The picture is damaged: save it again."),
        Skipped("smiles", Cause.UNKNOWN_LABEL, "Its name is no expression; it holds 7 pictures."),
        Skipped("b.png", Cause.UNCLEAR, "No majority."),
    )
    page = told(ReadData(anonymous(smooth(2), ["fear", "anger"]), skipped))
    assert page.dataframe[0].value.to_dict("list") == {
        "File": ["fear/a.png", "smiles"],
        "Why": ["The picture is damaged: save it again.", "Its name is no expression; it holds 7 pictures."],
    }
    assert "1 left out: no clear label" in words(page)


def test_copies_are_named_and_those_of_different_labels_come_first(home):
    crops = smooth(7)
    crops[1] = crops[0]
    crops[3] = altered(crops[2], shift=1)
    crops[5] = crops[4]
    page = told(ReadData(anonymous(crops, ["fear", "fear", "fear", "fear", "anger", "fear", "fear"])))
    exact, near = words(page).split("near-copies of one another")
    assert "4 faces are exact copies of one another (2 groups, 1 of different labels)" in exact
    assert exact.index(r"**Different labels:** 4.png = 5.png") < exact.index("- 0.png = 1.png")
    assert "2.png = 3.png" in near


def test_division_that_leaks_is_called_so(home):
    crops = smooth(6)
    crops[5] = crops[0]
    parts = np.array(["train", "train", "train", "train", "test", "test"])
    people = np.array(["a", "b", "c", "d", "e", "a"])
    page = told(ReadData(anonymous(crops, ["fear"] * 6, parts=parts, subjects=people)))
    assert "own division leaks (4 faces to learn from, 2 to be judged on): **50%**" in words(page)
    assert "and 1 person stands on both sides" in words(page)


def test_division_that_does_not_leak_is_only_counted(home):
    parts = np.array(["train", "train", "train", "train", "test", "test"])
    page = told(ReadData(anonymous(smooth(6), ["fear"] * 6, parts=parts)))
    assert "The data set's own division: 4 faces to learn from, 2 to be judged on." in words(page)


def test_single_face_is_spoken_of_as_one(home):
    assert "**1 face**, nobody is named, 1 recording or separate picture." in words(
        told(ReadData(anonymous(smooth(1), ["fear"])))
    )
