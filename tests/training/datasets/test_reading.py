import logging
import zipfile

import numpy as np
import pytest

from core.errors import DataError
from core.expressions import Expression
from tests.training.datasets import test_fer2013 as fer
from tests.training.datasets.conftest import write_folder, write_zip
from tests.training.datasets.test_ckplus import files as ckplus_files
from tests.training.datasets.test_ferplus import write as write_npz
from tests.training.datasets.test_labelled_folder import png
from training.datasets import tables
from training.datasets.ckplus import EXPECTED
from training.datasets.drawn import size_of
from training.datasets.read_data import Cause, Skipped, log_skipped
from training.datasets.reading import read


@pytest.fixture
def ckplus(tmp_path):
    return write_zip(tmp_path / "ckplus.zip", ckplus_files())


def sources(*paths):
    return set(read(paths).crops.sources)


def test_npz_that_lies_in_a_folder_of_pictures_does_not_hide_them(tmp_path):
    folder = write_folder(tmp_path / "mine", {"happy/a.png": png(0), "features.npz": b"of something else"})
    assert sources(folder) == {"mine"}


def test_csv_that_unpacks_to_more_rows_than_anybody_has_is_refused(tmp_path):
    text = b"emotion,pixels\n" + b"0,1\n" * (tables.MOST_ROWS + 1)
    bomb = write_zip(tmp_path / "bomb.zip", {"fer2013.csv": text}, zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < len(text) / 50
    with pytest.raises(DataError, match="more than 1,000,000 rows"):
        read([bomb])


def test_each_kind_is_told_by_looking(tmp_path, ckplus):
    table = fer.fer_csv([(3, fer.CROPS[0], "Training")])
    npz = write_npz(tmp_path / "train-1.npz", [{"anger": 10}])
    assert sources(ckplus) == {"CK+48"}
    assert (
        sources(npz) == sources(write_folder(tmp_path / "npz", {"train-1.npz": npz.read_bytes()})) == {"FER+"}
    )
    assert sources(write_folder(tmp_path / "csv", {"fer2013.csv": table})) == {"FER2013"}
    assert sources(tmp_path / "csv" / "fer2013.csv") == {"FER2013"}
    assert sources(write_zip(tmp_path / "csv.zip", {"fer2013/fer2013.csv": table})) == {"FER2013"}
    assert sources(write_zip(tmp_path / "jpg.zip", {"train/angry/Training_3.png": png(0)})) == {"FER2013"}
    assert sources(write_folder(tmp_path / "mine", {"happy/a.png": png(0)})) == {"mine"}


@pytest.mark.parametrize("name", ["", "  "])
def test_nothing_is_no_data_set(name):
    with pytest.raises(DataError, match="has no name: give its path"):
        read([name])


def test_people_drawn_from_another_seed_are_others():
    data = read(["drawn:2", "drawn:2:1"]).crops
    assert len(set(data.subjects)) == 4


def test_drawn_is_the_built_in_set():
    assert size_of("drawn")[0] >= 20
    data = read(["drawn:2"]).crops
    assert set(data.expressions) == set(Expression)
    assert len(set(data.subjects)) == 2


def test_ckplus_without_one_class_is_still_ckplus(tmp_path):
    content = {name: data for name, data in ckplus_files().items() if not name.startswith("fear")}
    data = read([write_folder(tmp_path / "part", content)]).crops
    assert set(data.sources) == {"CK+48"}
    assert set(data.subjects) == {"S010", "S011"}


def test_valid_npz_alone_is_the_test_part(tmp_path):
    valid = write_npz(tmp_path / "valid.npz", [{"anger": 10}])
    other = write_npz(tmp_path / "mine.npz", [{"anger": 10}])
    assert (read([valid]).crops.parts[0], read([other]).crops.parts[0]) == ("test", "")


def test_votes_beside_a_csv_that_is_named_itself_are_joined(tmp_path):
    folder = write_folder(
        tmp_path, {"fer2013.csv": fer.fer_csv(fer.ROWS), "fer2013new.csv": fer.votes_csv(fer.VOTED)}
    )
    assert sources(folder / "fer2013.csv") == {"FER+"}
    assert read([folder / "fer2013.csv"]).crops.digest == read([folder]).crops.digest


def test_csv_of_the_challenge_is_read_where_it_lies_alone(tmp_path):
    table = b"emotion,pixels\n3," + fer.text(fer.CROPS[0]).encode()
    assert sources(write_folder(tmp_path / "challenge", {"train.csv": table})) == {"FER2013"}
    mine = {"train.csv": b"about,the,pictures", "happy/a.png": png(0)}
    assert sources(write_folder(tmp_path / "mine", mine)) == {"mine"}


def test_csv_larger_than_any_picture_may_be_is_found_in_its_folder(tmp_path):
    padding = b"0," + b" " * 100_000 + b",PrivateTest\n"
    table = fer.fer_csv([(3, fer.CROPS[0], "Training")]) + padding * 530
    assert len(table) > 50 * 2**20
    assert sources(write_folder(tmp_path, {"fer2013.csv": table})) == {"FER2013"}


def test_folder_called_like_a_file_is_a_folder(tmp_path):
    assert sources(write_folder(tmp_path / "faces.csv", {"happy/a.png": png(0)})) == {"faces.csv"}


@pytest.mark.parametrize("address", ["drawn:1", "drawn:9999999", "drawn:many", "drawn:6:", "drawn:6:x"])
def test_drawn_set_of_no_size_says_how_to_ask_for_one(address):
    with pytest.raises(DataError, match="use drawn, drawn:SUBJECTS or drawn:SUBJECTS:SEED"):
        read([address])


def test_drawn_set_has_the_size_and_the_seed_that_it_is_asked_for(home):
    first, second = read(["drawn:2:5"]).crops, read(["drawn:2:6"]).crops
    assert len(first) == len(second) == 2 * 8 * 3
    assert first.digest != second.digest
    assert read(["drawn:2:5"]).crops.digest == first.digest, "from the cache"


def test_several_become_one_with_all_that_was_skipped(tmp_path, ckplus):
    mine = write_folder(tmp_path / "mine", {"happy/a.png": png(0), "bored/b.png": png(1)})
    data = read([str(ckplus), mine])
    assert len(data.crops) == 43
    assert [one.cause for one in data.skipped] == [Cause.UNKNOWN_LABEL]


def test_names_of_one_source_are_told_apart(tmp_path, ckplus):
    data = read([ckplus]).crops
    assert len(np.unique(data.names)) == len(data)


@pytest.mark.parametrize("path", ["nowhere", "nowhere.zip", "nowhere.csv", "nowhere.npz"])
def test_missing_path_says_so(path):
    with pytest.raises(DataError, match="no data at"):
        read([path])


def test_faults_are_logged_in_one_line_a_cause(caplog):
    broken = [Skipped(f"{i}.png", Cause.UNREADABLE, "It is damaged.") for i in range(8)]
    by_rule = [Skipped("x.png", Cause.KEPT_APART, "It is kept apart.")]
    with caplog.at_level(logging.WARNING):
        log_skipped([*broken, *by_rule])
    assert [record.getMessage() for record in caplog.records] == [
        "skipped 8 (unreadable): " + "; ".join(f"{i}.png: It is damaged." for i in range(5)) + " … and 3 more"
    ]


def test_own_photos_are_not_taken_for_ckplus_by_a_loose_likeness_of_their_names(tmp_path):
    content = {f"{label}/S{n}_2_{frame}.png": png(n) for n, label in enumerate(EXPECTED) for frame in (7, 8)}
    data = read([write_folder(tmp_path / "mine", content)]).crops
    assert set(data.sources) == {"mine"}
    assert data.subjects[0].startswith("mine/S")


def test_zip_of_npz_files_says_to_unpack_it(tmp_path):
    packed = write_zip(tmp_path / "plus.zip", {"train.npz": b"x", "valid.npz": b"y"})
    with pytest.raises(DataError, match=r"plus\.zip holds npz files, which are read unpacked"):
        read([packed])


def test_two_folders_of_one_name_are_refused_wherever_they_are_read(tmp_path):
    """Person 1 of one would be taken for person 1 of the other."""
    for n, year in enumerate(("2023", "2024")):
        write_folder(tmp_path / year / "faces", {"happy/P1_a_1.png": png(n), "sad/P2_a_1.png": png(n + 2)})
    with pytest.raises(DataError, match="Two data sets are called faces: rename"):
        read([tmp_path / "2023" / "faces", tmp_path / "2024" / "faces"])
