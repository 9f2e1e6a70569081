"""Who is shown on the pictures of a folder, by their names, a table, or what they look like."""

import pytest

from core.errors import DataError
from tests.conftest import encode
from tests.training.datasets.conftest import write_folder, write_zip
from tests.training.datasets.test_labelled_folder import CROPS, causes, png
from tests.training.datasets.test_near_duplicates import altered
from training.datasets.labelled_folder import read_labelled_folder
from training.datasets.read_data import Cause
from training.trainable import refusals


def test_subjects_come_from_names_where_all_say_so(tmp_path):
    content = {"happy/p1_a_01.png": png(0), "happy/p1_a_02.png": png(1), "sad/p2_b_01.png": png(2)}
    data = read_labelled_folder(write_folder(tmp_path / "lab", content)).crops
    assert data.subjects.tolist() == ["lab/p1", "lab/p1", "lab/p2"]
    assert data.sequences.tolist() == ["lab/p1_a", "lab/p1_a", "lab/p2_b"]


def test_subjects_of_ckplus_are_the_same_people_in_any_folder(tmp_path):
    content = {"happy/S010_004_00000017.png": png(0), "sad/S011_001_00000001.png": png(1)}
    assert read_labelled_folder(write_folder(tmp_path, content)).crops.subjects.tolist() == ["S010", "S011"]


def test_one_person_is_one_person(tmp_path):
    content = {"happy/p1_a_01.png": png(0), "sad/p1_b_01.png": png(1)}
    data = read_labelled_folder(write_folder(tmp_path / "lab", content)).crops
    assert set(data.subjects) == {"lab/p1"}
    assert "Only one subject shows happiness, sadness" in " ".join(refusals(data))


def test_name_of_the_data_set_before_the_expression_is_no_person(tmp_path):
    content = {"happy/fer2013_happy_01.png": png(0), "sad/fer2013_sad_01.png": png(1)}
    assert set(read_labelled_folder(write_folder(tmp_path, content)).crops.subjects) == {""}


def test_number_that_each_expression_has_is_no_person(tmp_path):
    numbered = {
        f"{name}/{n}_{name}_{k:02}.png": png(2 * n + k)
        for n, name in enumerate(("anger", "fear", "happy"))
        for k in range(2)
    }
    assert set(read_labelled_folder(write_folder(tmp_path / "a", numbered)).crops.subjects) == {""}
    people = {
        f"{name}/p{k}_{name}_01.png": png(2 * n + k)
        for n, name in enumerate(("anger", "fear"))
        for k in range(2)
    }
    assert len(set(read_labelled_folder(write_folder(tmp_path / "b", people)).crops.subjects)) == 2


@pytest.mark.parametrize("odd", ["holiday.png", "web_happy_017.png", "p1-a-03.png"])
def test_subjects_are_unknown_where_one_name_does_not_say(tmp_path, odd):
    content = {"happy/p1_a_01.png": png(0), "sad/p2_b_01.png": png(1), f"sad/{odd}": png(2)}
    assert set(read_labelled_folder(write_folder(tmp_path, content)).crops.subjects) == {""}


def test_near_copies_are_a_sequence_where_nobody_is_named(tmp_path):
    content = {
        "happy/a.png": png(0),
        "happy/b.png": png(1),
        "sad/c.png": encode(altered(CROPS[0], shift=1)[..., 0]),
    }
    sequences = read_labelled_folder(write_folder(tmp_path, content)).crops.sequences
    assert sequences[0] == sequences[2] != sequences[1]


def test_table_names_the_subjects(tmp_path):
    table = "file,subject\nhappy/a.png,Ann\nsad\\b.png,Ben\nsad/gone.png,Cem\n"
    content = {"d/happy/a.png": png(0), "d/sad/b.png": png(1), "d/sad/c.png": png(2)}
    data = read_labelled_folder(write_folder(tmp_path / "x", {**content, "d/subjects.csv": table.encode()}))
    assert data.crops.subjects.tolist() == ["x/Ann", "x/Ben", ""]
    assert causes(data) == {("d/sad/gone.png", Cause.UNREADABLE)}


@pytest.mark.parametrize(
    "table",
    [
        "file;subject\nhappy/a.png;Ann, the first\n".encode("cp1252"),
        "file\tsubject\nhappy/a.png\tAnn, the first\n".encode("utf-16"),
        b'\xef\xbb\xbffile,subject\nhappy/a.png,"Ann, the first"\n',
    ],
)
def test_table_is_read_as_spreadsheets_save_it(tmp_path, table):
    folder = write_folder(tmp_path / "x", {"happy/a.png": png(0), "subjects.csv": table})
    assert read_labelled_folder(folder).crops.subjects.tolist() == ["x/Ann, the first"]


def test_table_without_its_columns_says_what_it_needs(tmp_path):
    content = {"happy/a.png": png(0), "subjects.csv": b"name,person\nhappy/a.png,Ann\n"}
    with pytest.raises(DataError, match="lacks the column file, subject"):
        read_labelled_folder(write_folder(tmp_path, content))


def test_every_table_of_subjects_is_read_and_two_that_differ_are_refused(tmp_path):
    content = {
        "train/happy/a.png": png(0),
        "test/anger/b.png": png(1),
        "train/subjects.csv": b"file,subject\nhappy/a.png,Ann\n",
        "test/subjects.csv": b"file,subject\nanger/b.png,Bob\n",
    }
    data = read_labelled_folder(write_folder(tmp_path / "mine", content)).crops
    assert dict(zip(data.names.tolist(), data.subjects.tolist(), strict=True)) == {
        "train/happy/a.png": "mine/Ann",
        "test/anger/b.png": "mine/Bob",
    }
    other = {"subjects.csv": b"file,subject\ntrain/happy/a.png,Cleo\n"}
    with pytest.raises(DataError, match=r"it shows (Ann and Cleo|Cleo and Ann): leave one of them"):
        read_labelled_folder(write_folder(tmp_path / "mine", other))


def test_table_of_subjects_is_found_in_any_spelling_and_named_where_it_is_damaged(tmp_path):
    content = {"happy/a.png": png(0), "Subjects.csv": b"file,subject\nhappy/a.png,Ann\n"}
    assert read_labelled_folder(write_folder(tmp_path / "mine", content)).crops.subjects == ["mine/Ann"]
    packed = write_zip(tmp_path / "mine.zip", content)
    packed.write_bytes(packed.read_bytes().replace(b"a.png,Ann", b"a.png,Bob", 1))
    with pytest.raises(DataError, match=r"Subjects\.csv says who is shown, but cannot be used\. .*damaged"):
        read_labelled_folder(packed)


def test_number_that_every_picture_has_for_itself_is_no_person(tmp_path):
    content = {f"{label}/{n:04}_{label}_00.png": png(n) for n, label in enumerate(["happy", "sad", "anger"])}
    content["happy/0009_happy_01.png"] = png(0)
    data = read_labelled_folder(write_folder(tmp_path / "numbered", content)).crops
    assert set(data.subjects) == {""}
    by_name = dict(zip(data.names.tolist(), data.sequences.tolist(), strict=True))
    assert by_name["happy/0000_happy_00.png"] == by_name["happy/0009_happy_01.png"]
    assert len(set(by_name.values())) == 3


def test_copy_that_no_table_names_shows_whom_its_original_shows(tmp_path):
    pictures = {"happy/a.png": png(0), "happy/b.png": png(1), "sad/c.png": png(2), "sad/d.png": png(3)}
    copies = {"happy/copy.png": encode(altered(CROPS[0], jpeg=60)[..., 0]), "sad/copy.png": png(2)}
    table = b"file,subject\nhappy/a.png,Ada\nhappy/b.png,Ada\nsad/c.png,Bob\nsad/d.png,Ada\n"
    folder = write_folder(tmp_path / "lab", {**pictures, **copies, "subjects.csv": table})
    data = read_labelled_folder(folder).crops
    shown = dict(zip(data.names.tolist(), data.subjects.tolist(), strict=True))
    assert shown["happy/copy.png"] == shown["happy/a.png"] == "lab/Ada"
    assert shown["sad/copy.png"] == shown["sad/c.png"] == "lab/Bob"


def test_people_who_look_nearly_the_same_stay_two_and_one_picture_of_two_names_is_one(tmp_path):
    alike = {"happy/p1_a_01.png": png(0), "happy/p2_a_01.png": encode(altered(CROPS[0], jpeg=60)[..., 0])}
    others = {"sad/p1_b_01.png": png(1), "sad/p2_b_01.png": png(2)}
    data = read_labelled_folder(write_folder(tmp_path / "two", alike | others)).crops
    assert set(data.subjects) == {"two/p1", "two/p2"}
    same = {"happy/p1_a_01.png": png(0), "happy/p2_a_01.png": png(0)}
    data = read_labelled_folder(write_folder(tmp_path / "one", same | others)).crops
    assert set(data.subjects) == {"one/p1"}


def test_people_who_are_named_apart_and_look_alike_are_no_sequence(tmp_path):
    twin = altered(CROPS[0], shift=1)
    content = {"happy/a.png": png(0), "happy/b.png": encode(twin[..., 0]), "happy/c.png": png(0)}
    content["subjects.csv"] = b"file,subject\nhappy/a.png,Ann\nhappy/b.png,Bea\nhappy/c.png,Ann\n"
    data = read_labelled_folder(write_folder(tmp_path / "mine", content)).crops
    ann, bea, again = (data.sequences[data.names == f"happy/{name}.png"][0] for name in "abc")
    assert ann == again != bea


def test_name_of_a_picture_is_found_however_its_letters_are_made_up(tmp_path):
    content = {"happy/e\u0301.png": png(0), "subjects.csv": "file,subject\nhappy/\u00e9.png,Ann\n".encode()}
    data = read_labelled_folder(write_zip(tmp_path / "mine", content))
    assert data.crops.subjects.tolist() == ["mine/Ann"]
    assert not data.skipped


def test_people_are_others_in_another_data_set_however_they_are_numbered(tmp_path):
    content = {"happy/S001_a_1.png": png(0), "sad/S002_a_1.png": png(1), "sad/S002_b_1.png": png(2)}
    subjects = [
        set(read_labelled_folder(write_folder(tmp_path / site, content)).crops.subjects)
        for site in ("north", "south")
    ]
    assert subjects == [{"north/S001", "north/S002"}, {"south/S001", "south/S002"}]


def test_name_whose_letters_are_written_in_two_ways_is_one_person(tmp_path):
    table = "file,subject\nhappy/a.png,Jos\u00e9\nsad/b.png,Jose\u0301\n"
    content = {"happy/a.png": png(0), "sad/b.png": png(1), "subjects.csv": table.encode()}
    assert set(read_labelled_folder(write_folder(tmp_path / "x", content)).crops.subjects) == {"x/Jos\u00e9"}
