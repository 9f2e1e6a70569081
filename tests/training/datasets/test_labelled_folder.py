import zipfile

import cv2
import numpy as np
import pytest

from core import faces
from core.errors import DataError
from core.expressions import EXPRESSIONS
from tests.conftest import encode
from tests.training.datasets.conftest import write_folder, write_zip
from tests.training.datasets.test_archives import encrypt
from tests.training.datasets.test_near_duplicates import altered, smooth
from training.datasets.labelled_folder import read_labelled_folder
from training.datasets.read_data import Cause
from training.trainable import refusals

CROPS = smooth(8)


def png(index):
    return encode(CROPS[index, ..., 0])


def labels(data):
    return [EXPRESSIONS[i] for i in data.labels]


def causes(data):
    return {(one.name, one.cause) for one in data.skipped}


@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_folder_names_are_the_labels_in_any_spelling(tmp_path, write):
    content = {"faces/Happy/a.png": png(0), "faces/ANGRY/b.png": png(1), "faces/joy/c.bmp": png(2)}
    data = read_labelled_folder(write(tmp_path / "mine", content)).crops
    assert dict(zip(data.names.tolist(), labels(data), strict=True)) == {
        "faces/ANGRY/b.png": "anger",
        "faces/Happy/a.png": "happiness",
        "faces/joy/c.bmp": "happiness",
    }
    assert set(data.sources) == {"mine"}


def test_class_folders_may_be_numbered_misspelt_and_divided_further(tmp_path):
    content = {"0_anger/a.png": png(0), "suprise/b.png": png(1), "happy/session1/day2/c.png": png(2)}
    data = read_labelled_folder(write_folder(tmp_path, content))
    assert labels(data.crops) == ["anger", "happiness", "surprise"]
    assert not data.skipped


def test_unknown_folders_are_reported_once_with_their_count(tmp_path):
    content = {"happy/a.png": png(0), "bored/a.png": png(1), "bored/b.png": png(2), "bored/notes.txt": b"x"}
    data = read_labelled_folder(write_folder(tmp_path, content))
    assert causes(data) == {("bored", Cause.UNKNOWN_LABEL)}
    assert "it holds 2 pictures" in data.skipped[0].reason
    assert len(data.crops) == 1


def test_pictures_as_browsers_save_them_are_read_and_what_is_none_is_reported(tmp_path):
    photo = encode(smooth(1)[0, ..., 0], "JPEG")
    content = {"happy/a.jfif": photo, "happy/b.tga": b"x", "happy/Thumbs.db": b"x", "happy/notes": b"x"}
    data = read_labelled_folder(write_folder(tmp_path, content))
    assert len(data.crops) == 1
    assert causes(data) == {("happy/b.tga", Cause.UNREADABLE), ("happy/notes", Cause.UNREADABLE)}


def test_face_of_a_photo_is_cut_as_serving_cuts_it(tmp_path, portrait_file, portrait):
    path = write_folder(tmp_path, {"happy/astronaut.png": portrait_file.read_bytes()})
    data = read_labelled_folder(path).crops
    expected = faces.crop(portrait, [faces.find(portrait)[0].landmarks])
    assert np.array_equal(data.crops, expected)
    assert data.framed.all()


def test_largest_face_of_a_photo_is_taken(tmp_path, face):
    picture = np.full((300, 460, 3), 128, np.uint8)
    picture[10:266, 190:446] = face
    picture[100:228, 20:148] = cv2.resize(face, (128, 128), interpolation=cv2.INTER_AREA)
    largest, second = faces.find(picture)
    assert largest.box.x > second.box.x
    data = read_labelled_folder(write_folder(tmp_path, {"happy/two.png": encode(picture)})).crops
    assert np.array_equal(data.crops, faces.crop(picture, [largest.landmarks]))


def test_small_picture_is_a_crop_already(tmp_path, face):
    small = cv2.resize(face[30:200, 40:210], (90, 90), interpolation=cv2.INTER_AREA)
    content = {"happy/face.png": encode(small), "sad/noise.png": encode(CROPS[0, ..., 0])}
    data = read_labelled_folder(write_folder(tmp_path, content)).crops
    landmarks = faces.find_in_crop(small).landmarks
    assert landmarks is not None
    assert np.array_equal(data.crops[0], faces.crop(small, [landmarks])[0])
    assert np.array_equal(data.crops[1], CROPS[0])


def test_photo_without_a_face_and_damaged_files_are_reported(tmp_path, portrait_file):
    content = {
        "fear/wall.png": encode(np.full((300, 300), 90, np.uint8)),
        "fear/broken.jpg": portrait_file.read_bytes()[:5000],
        "fear/empty.png": b"",
        "fear/good.png": png(0),
    }
    data = read_labelled_folder(write_folder(tmp_path, content))
    assert causes(data) == {
        ("fear/wall.png", Cause.NO_FACE),
        ("fear/broken.jpg", Cause.UNREADABLE),
        ("fear/empty.png", Cause.UNREADABLE),
    }
    assert data.crops.names.tolist() == ["fear/good.png"]


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


def test_own_division_is_followed_and_its_test_not_learned_from(tmp_path):
    content = {
        "train/happy/a.png": png(0),
        "train/happy/copy.png": encode(altered(CROPS[1], shift=1)[..., 0]),
        "test/happy/b.png": png(1),
        "validation/happy/c.png": png(2),
    }
    data = read_labelled_folder(write_folder(tmp_path, content))
    assert dict(zip(data.crops.names.tolist(), data.crops.parts.tolist(), strict=True)) == {
        "test/happy/b.png": "test",
        "train/happy/a.png": "train",
        "validation/happy/c.png": "train",
    }
    assert causes(data) == {("train/happy/copy.png", Cause.NEAR_COPY)}


def test_validation_folder_is_the_test_where_there_is_no_other(tmp_path):
    content = {"train/happy/a.png": png(0), "val/happy/b.png": png(1)}
    assert read_labelled_folder(write_folder(tmp_path, content)).crops.parts.tolist() == ["train", "test"]


@pytest.mark.parametrize("content", [{}, {"a.png": b"x"}, {"bored/a.png": b"x"}, {"happy/notes.txt": b"x"}])
def test_folder_without_classes_says_how_to_lay_it_out(tmp_path, content):
    with pytest.raises(DataError, match="make one folder a class"):
        read_labelled_folder(write_folder(tmp_path, content))


def test_folder_of_which_nothing_can_be_read_says_why(tmp_path):
    with pytest.raises(DataError, match=r"None of the 1 pictures.*not a picture"):
        read_labelled_folder(write_folder(tmp_path, {"happy/a.png": b"broken"}))


def test_real_ckplus_with_a_class_taken_out_keeps_its_people(tmp_path, shared_data):
    with zipfile.ZipFile(shared_data / "ckplus48.zip") as archive:
        names = [name for name in archive.namelist() if "/fear/" in name or "/sadness/" in name]
        write_folder(tmp_path, {name: archive.read(name) for name in names if name.endswith(".png")})
    data = read_labelled_folder(tmp_path).crops
    assert len(data) == 75 + 84
    assert len(set(data.sequences)) == (75 + 84) / 3
    assert all(subject.startswith("S") for subject in data.subjects)


def test_zip_of_which_nothing_can_be_read_says_why(tmp_path):
    path = write_zip(tmp_path / "locked.zip", {"anger/a.png": png(0)})
    encrypt(path)
    with pytest.raises(DataError, match=r"Nothing in locked.zip can be read: .*without a password"):
        read_labelled_folder(path)


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


def test_copy_of_a_tested_picture_is_not_learned_from_whoever_its_name_says_it_shows(tmp_path):
    content = {
        "train/happy/A1_1_1.png": png(0),
        "train/happy/A2_1_1.png": png(1),
        "train/sad/A2_2_1.png": png(2),
        "test/happy/B1_1_1.png": encode(altered(CROPS[0], jpeg=60)[..., 0]),
    }
    data = read_labelled_folder(write_folder(tmp_path / "mine", content))
    assert set(data.crops.subjects) == {"mine/A2", "mine/B1"}
    assert causes(data) == {("train/happy/A1_1_1.png", Cause.NEAR_COPY)}


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
