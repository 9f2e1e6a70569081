import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import encode
from tests.training.datasets.conftest import write_folder
from tests.training.datasets.test_labelled_folder import png
from tests.training.datasets.test_near_duplicates import altered, smooth
from training.datasets import read
from training.datasets.labelled import LabelledCrops, one_hot
from training.datasets.near_duplicates import near_groups
from training.datasets.recutting import recut
from training.datasets.shared_pictures import near_copies, unite_copies
from training.splits import folds


def of_source(source, crops, subjects, parts=""):
    n = len(crops)
    names = np.array([f"{source} {number}" for number in range(n)])
    targets = one_hot(["anger", "happiness"] * n)[:n]
    return LabelledCrops(
        crops, targets, np.array(subjects), names, np.full(n, source), np.full(n, parts), names
    )


def test_copy_in_another_data_set_gets_the_sequence_and_the_person():
    pictures = smooth(6)
    first = of_source("first", pictures[:4], ["Ada", "Ada", "Bob", ""])
    second = of_source("second", np.stack([altered(pictures[1], jpeg=60), pictures[5]]), ["", ""])
    found = unite_copies([first, second])
    assert found.subjects.tolist() == ["Ada", "Ada", "Bob", "", "Ada", ""]
    assert found.sequences[4] == found.sequences[1]
    assert len(set(found.sequences)) == 5


def test_copy_in_another_framing_is_one_too(portrait):
    raw = cv2.resize(portrait[40:200, 150:310], (48, 48), interpolation=cv2.INTER_AREA)
    raw = cv2.cvtColor(raw, cv2.COLOR_RGB2GRAY)[None, ..., None]
    first = of_source("first", raw, ["Ada"])
    second = recut(of_source("second", raw, [""]))
    assert near_groups(np.concatenate([first.crops, second.crops])).tolist() == [0, 1]
    found = unite_copies([first, second])
    assert found.subjects.tolist() == ["Ada", "Ada"]
    assert near_copies(found).tolist() == [0, 0]


def test_two_names_of_one_person_become_one():
    pictures = smooth(4)
    first = of_source("first", pictures[:2], ["Ada", "Ada"])
    second = of_source("second", pictures[1:], ["S7", "S7", "S8"])
    found = unite_copies([first, second])
    assert found.subjects.tolist() == ["Ada", "Ada", "Ada", "Ada", "S8"]


def test_one_data_set_is_left_as_it_says_itself():
    data = of_source("only", smooth(1).repeat(3, axis=0), ["a", "b", ""])
    found = unite_copies([data])
    assert (found.subjects == data.subjects).all()
    assert (found.sequences == data.sequences).all()


@settings(max_examples=20, deadline=None)
@given(copied=st.sets(st.integers(0, 19), min_size=1), seed=st.integers(0, 1000))
def test_no_copy_is_learned_from_where_its_other_is_tested(copied, seed):
    pictures = smooth(20)
    rows = sorted(copied)
    data = unite_copies(
        [
            of_source("first", pictures, [f"P{number // 2}" for number in range(20)]),
            of_source("second", pictures[rows], [""] * len(rows)),
        ]
    )
    for fold in folds(data, "subject", 2, seed):
        learned = {crop.tobytes() for crop in data.crops[fold.train]}
        assert not learned & {crop.tobytes() for crop in data.crops[fold.test]}


def test_folders_read_together_know_the_pictures_they_share(tmp_path):
    files = {f"{label}/{number}.png": png(number) for number, label in enumerate(["happy", "sad", "angry"])}
    one = write_folder(tmp_path / "one" / "mine", files)
    two = write_folder(tmp_path / "two" / "others", {"joy/again.png": png(0), "joy/other.png": png(7)})
    found = read([one, two]).crops
    again = found.names.tolist().index("joy/again.png")
    assert found.sequences[again] == found.sequences[found.names.tolist().index("happy/0.png")]
    assert len(set(found.sequences)) == len(found) - 1


def test_blank_frame_makes_nobody_of_two_people_one(tmp_path):
    """A camera that showed nothing yet gives each person the same picture."""
    pictures = smooth(4)
    black = np.zeros((1, 48, 48, 1), np.uint8)
    one = of_source("one", np.concatenate([black, pictures[:2]]), ["Ada", "Ada", "Ada"])
    two = of_source("two", np.concatenate([black, pictures[2:]]), ["Bob", "Bob", "Bob"])
    assert unite_copies([one, two]).subjects.tolist() == ["Ada"] * 3 + ["Bob"] * 3
    files = {f"joy/P{n}_a_0.png": encode(np.zeros((48, 48), np.uint8)) for n in range(3)}
    files |= {f"joy/P{n}_a_1.png": png(n) for n in range(3)}
    people = read([write_folder(tmp_path / "mine", files)]).crops.subjects
    assert len(set(people)) == 3
