import logging

import numpy as np
import pytest

from core.errors import DataError
from core.expressions import Expression
from tests.training.datasets import test_fer2013 as fer
from tests.training.datasets.conftest import write_folder, write_zip
from tests.training.datasets.test_ckplus import files as ckplus_files
from tests.training.datasets.test_ferplus import write as write_npz
from tests.training.datasets.test_labelled_folder import png
from training.datasets.read_data import Cause, Skipped, log_skipped
from training.datasets.reading import read


@pytest.fixture
def ckplus(tmp_path):
    return write_zip(tmp_path / "ckplus.zip", ckplus_files())


def sources(*paths):
    return set(read(paths).crops.sources)


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


def test_drawn_is_the_built_in_set():
    data = read(["drawn"]).crops
    assert set(data.expressions) == set(Expression)
    assert len(set(data.subjects)) >= 20


def test_ckplus_without_one_class_is_any_labelled_folder(tmp_path):
    content = {name: data for name, data in ckplus_files().items() if not name.startswith("fear")}
    data = read([write_folder(tmp_path / "part", content)]).crops
    assert set(data.sources) == {"part"}
    assert set(data.subjects) == {"S010", "S011"}


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
