"""What `evaluate` says about a model's acquaintance with the data."""

from dataclasses import replace

import numpy as np
import pytest

from core.classifier import load_classifier
from core.errors import DataError
from tests.training.conftest import make_crops
from tests.training.datasets import test_fer2013 as fer
from tests.training.datasets.conftest import write_folder
from tests.training.datasets.test_ckplus import files
from tests.training.datasets.test_ferplus import write as write_npz
from tests.training.datasets.test_labelled_folder import png
from training.datasets import read
from training.datasets.families import data_sets, learned_from, learned_names
from training.judging import judge

VOTES = [{"anger": 10}, {"happiness": 10}, {"surprise": 10}]


def test_valid_npz_alone_was_not_learned_from(champion, tmp_path, home):
    found = judge(champion, [str(write_npz(tmp_path / "valid.npz", VOTES))])
    assert (found.part, found.score.leaks, found.score.protocol) == ("the test part", False, "as given")
    assert found.score.data == "FER+ valid", "as a training calls it"


def test_training_pictures_of_fer2013_were_learned_from_as_fer_plus(champion, tmp_path, home):
    rows = "".join(f"{emotion},{fer.text(fer.CROPS[emotion])}\n" for emotion in (0, 3, 5))
    (tmp_path / "train.csv").write_text(f"emotion,pixels\n{rows}")
    found = judge(champion, [str(tmp_path / "train.csv")])
    assert found.score.leaks
    assert found.score.protocol == "this model learned from the pictures of FER2013"


def test_part_of_ckplus_was_learned_from_however_it_is_divided(champion, tmp_path, home):
    content = {f"test/{name}": data for name, data in files().items() if "fear" not in name}
    found = judge(champion, [str(write_folder(tmp_path / "part", content))])
    assert found.score.data == "CK+48"
    assert found.score.leaks
    (tmp_path / "groups.csv").write_text(f"file,age\n{read([tmp_path / 'part']).crops.names[0]},young\n")
    (young,) = judge(champion, [str(tmp_path / "part")], groups=tmp_path / "groups.csv").groups
    assert (young.data, young.leaks, young.n) == ("CK+48", True, 1)


def test_crops_without_a_face_that_were_learned_from_leak(champion, tmp_path, home):
    write_npz(tmp_path / "train-1.npz", VOTES, seed=1)
    write_npz(tmp_path / "valid.npz", VOTES, seed=2)
    np.savez(tmp_path / "not-a-face.npz", images=np.full((2, 48, 48), 128, np.uint8))
    found = judge(champion, [str(tmp_path)])
    assert not found.score.leaks
    assert found.refusal.leaks
    assert found.refusal_leaks
    assert found.refusal.faces == 3
    assert found.refusal.faces_unanswered >= found.refusal.faces_refused


def test_test_part_counts_where_it_was_learned_from_itself(tmp_path):
    test = read([write_npz(tmp_path / "valid.npz", VOTES)]).crops
    assert learned_from(test, ["FER+"]) == ()
    drawn_at_random = learned_names(test)
    assert drawn_at_random == ("FER+", "FER+ (test part)")
    assert learned_from(test, drawn_at_random) == ("FER+",)
    assert learned_from(test, ["FER2013 (test part)"]) == ("FER+",), "the same pictures"
    assert data_sets(drawn_at_random) == {"FER+"}


def test_conditions_under_which_a_score_was_measured_are_told(champion, tmp_path, home):
    data = [str(write_npz(tmp_path / "valid.npz", VOTES))]
    asked = judge(champion, data, 0.9, present_only=True).score
    assert asked.protocol == (
        "as given, only crops whose top class holds 90% of the votes or more, "
        "asked for the expressions that are shown only"
    )


def test_what_cannot_be_judged_says_why_and_what_is_left_out_is_told(champion, tmp_path, home, caplog):
    pictures = {f"{name}/{n}.png": png(n) for n, name in enumerate(("anger", "happiness", "neutral"))}
    learn = write_folder(tmp_path / "learn", {f"train/{name}": data for name, data in pictures.items()})
    with pytest.raises(DataError, match="only a part to learn from: hand over the part to be judged on"):
        judge(champion, [str(learn)])
    alone = write_folder(tmp_path / "alone", {"anger/a.png": png(0)})
    with pytest.raises(DataError, match="one expression alone"):
        judge(champion, [str(alone)], present_only=True)
    stray = [{name: 8, "fear": 2} for name in ("anger", "happiness", "surprise")]
    asked = judge(champion, [str(write_npz(tmp_path / "valid.npz", stray))], present_only=True).score
    assert len(asked.labels) == 3, "a stray vote shows nothing"
    mixed = write_folder(tmp_path / "mixed", pictures | {"fear/broken.png": b"broken"})
    found = judge(load_classifier("ckplus-reference"), [str(mixed)])
    assert found.score.protocol == "as given, without crops of neutral, which it does not know"
    assert "left out 1 crops of expressions that ckplus-reference does not know" in caplog.text
    assert "fear/broken.png" in caplog.text


@pytest.mark.parametrize(("learned", "told"), [(["FER2013"], ("FER+",)), (["drawn faces"], ())])
def test_other_names_of_the_same_pictures_are_seen_through(tmp_path, learned, told):
    data = read([write_npz(tmp_path / "mine.npz", VOTES)]).crops
    assert learned_from(data, learned) == told


def test_what_was_learned_from_undivided_counts_once_it_is_divided(tmp_path):
    data = make_crops(4)
    mine = replace(data, sources=np.full(len(data), "mine"))
    later = replace(mine, parts=np.full(len(data), "test"))
    assert learned_names(mine) == ("mine", "mine (test part)")
    assert learned_from(later, learned_names(mine)) == ("mine",)
    divided = replace(mine, parts=np.full(len(data), "train"))
    assert learned_from(later, learned_names(divided)) == ()
    assert learned_names(mine, later) == ("mine",), "it was divided, and the test part left alone"
    files = read([write_npz(tmp_path / "train-1.npz", VOTES)]).crops
    assert learned_names(files) == ("FER+",)
    assert learned_names(data) == ("CK+48",), "it has no division that could be made later"


def test_data_without_a_clear_label_say_so(champion, tmp_path, home):
    with pytest.raises(DataError, match="no crop whose label is clear"):
        judge(champion, [str(write_npz(tmp_path / "train-1.npz", [{"anger": 5, "fear": 5}]))])


def test_two_folders_of_one_name_are_refused_and_one_handed_over_twice_is_not(champion, tmp_path, home):
    """What one of them divides, the other may not: by the name its pictures would be left out."""
    one, other = (
        write_folder(
            tmp_path / place / "faces", {f"{part}happy/a.png": png(n), f"{part}sad/b.png": png(n + 1)}
        )
        for n, (place, part) in enumerate((("a", "test/"), ("b", "")))
    )
    with pytest.raises(DataError, match="Two data sets are called faces: rename"):
        judge(champion, [str(one), str(other)])
    assert judge(champion, [str(one), str(one)]).score.n == 4
    assert judge(champion, [str(one), str(other.rename(tmp_path / "b" / "others"))]).score.n == 4
