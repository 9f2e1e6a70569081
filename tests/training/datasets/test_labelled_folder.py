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


def test_frames_of_a_person_who_is_named_all_stay_in_the_test(tmp_path):
    names = ("test/happy/p1_a_01.png", "test/happy/p1_a_02.png", "train/happy/p2_a_01.png")
    content = dict(zip(names, (png(0), encode(altered(CROPS[0], shift=1)[..., 0]), png(1)), strict=True))
    data = read_labelled_folder(write_folder(tmp_path / "named", content))
    assert data.crops.names.tolist() == list(names)
    assert len(set(data.crops.sequences)) == 2
    assert not data.skipped


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


@pytest.mark.parametrize("form", ["{0}/{1}/{2}.png", "{1}/{0}/{2}.png"])
def test_person_who_is_called_like_an_expression_does_not_relabel_their_pictures(tmp_path, form):
    people, shown = ("Anna", "Joy", "Ben"), ("anger", "fear", "happiness")
    content = {
        form.format(e, who, f"{n}{m}"): png(3 * n + m - 1)
        for n, e in enumerate(shown)
        for m, who in enumerate(people)
        if n + m
    }
    data = read_labelled_folder(write_folder(tmp_path / "mine", content)).crops
    assert sorted(labels(data)) == sorted(["anger"] * 2 + ["fear"] * 3 + ["happiness"] * 3)
    assert all(
        label in name.split("/") for name, label in zip(data.names.tolist(), labels(data), strict=True)
    )
