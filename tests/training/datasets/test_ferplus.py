import io
import struct
import zipfile

import numpy as np
import pytest

from core.errors import DataError
from core.expressions import EXPRESSIONS
from tests.training.datasets.conftest import write_zip
from tests.training.datasets.test_archives import patched
from training.datasets.ferplus import FIELDS, majority_share, read_ferplus, read_ferplus_folder
from training.datasets.labelled import NOT_A_FACE
from training.datasets.read_data import Cause

VOTE_NAMES = [
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "NF",
]


def write(path, rows, groups=None, seed=0):
    """One npz with a crop a row; rows are dicts of votes. The same seed gives the same crops."""
    votes = np.array([[row.get(name, 0) for name in VOTE_NAMES] for row in rows], np.uint8)
    images = np.random.default_rng(seed).integers(0, 256, (len(rows), 48, 48), dtype=np.uint8)
    near = np.array(groups if groups is not None else range(len(rows)))
    np.savez(path, images=images, votes=votes, vote_names=VOTE_NAMES, near_group=near)
    return path


def test_votes_become_a_distribution_in_our_order(tmp_path):
    data = read_ferplus(write(tmp_path / "a.npz", [{"neutral": 6, "sadness": 4}])).crops
    assert data.targets[0, EXPRESSIONS.index("neutral")] == pytest.approx(0.6)
    assert data.targets[0, EXPRESSIONS.index("sadness")] == pytest.approx(0.4)
    assert data.targets.sum() == pytest.approx(1)


def test_single_votes_are_noise(tmp_path):
    data = read_ferplus(write(tmp_path / "a.npz", [{"neutral": 6, "sadness": 3, "fear": 1}])).crops
    assert data.targets[0, EXPRESSIONS.index("fear")] == 0
    assert majority_share(data)[0] == pytest.approx(6 / 9)


@pytest.mark.parametrize("votes", [{"neutral": 5, "sadness": 5}, {"unknown": 6, "anger": 4}, {"NF": 9}])
def test_rows_without_a_clear_expression_are_dropped(tmp_path, votes):
    data = read_ferplus(write(tmp_path / "a.npz", [votes, {"anger": 10}]))
    assert list(data.crops.names) == ["a.npz#1"]
    assert [(one.name, one.cause) for one in data.skipped] == [("a.npz#0", Cause.UNCLEAR)]


def test_near_twins_of_the_official_test_part_are_not_learned_from(tmp_path):
    write(tmp_path / "train-1.npz", [{"anger": 10}] * 3, groups=[1, 2, 3], seed=1)
    write(tmp_path / "valid.npz", [{"anger": 10}] * 3, groups=[3, 8, 8], seed=2)
    np.savez(tmp_path / "not-a-face.npz", images=np.zeros((2, 48, 48), np.uint8))
    read = read_ferplus_folder(tmp_path)
    data = read.crops
    assert list(data.names[data.parts == "train"]) == ["train-1.npz#0", "train-1.npz#1"]
    assert list(data.names[data.parts == "test"]) == ["valid.npz#0", "valid.npz#1"]
    assert (data.labels[data.parts == ""] == NOT_A_FACE).all()
    assert [one.name for one in read.skipped] == ["train-1.npz#2", "valid.npz#2"]


def test_near_twins_that_the_file_does_not_name_are_found(tmp_path):
    write(tmp_path / "train-1.npz", [{"anger": 10}] * 3, groups=[1, 2, 3], seed=1)
    write(tmp_path / "valid.npz", [{"anger": 10}] * 2, groups=[7, 8], seed=1)
    read = read_ferplus_folder(tmp_path)
    assert list(read.crops.names) == ["train-1.npz#2", "valid.npz#0", "valid.npz#1"]
    assert {one.cause for one in read.skipped} == {Cause.NEAR_COPY}
    assert len(set(read.crops.sequences)) == 3


def test_file_without_votes_says_what_it_needs(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.zeros((1, 48, 48), np.uint8))
    with pytest.raises(DataError, match=r"votes.*near_group"):
        read_ferplus(tmp_path / "a.npz")


def test_damaged_header_is_one_sentence(tmp_path):
    broken = b"\x93NUMPY\x01\x00" + (16).to_bytes(2, "little") + b"{'descr': ((((\n\n"
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        for name in FIELDS:
            archive.writestr(f"{name}.npy", broken)
    with pytest.raises(DataError, match="not a readable npz"):
        read_ferplus(tmp_path / "a.npz")


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04nonsense"])
def test_file_that_is_no_npz_says_so(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match="not a readable npz"):
        read_ferplus(tmp_path / "a.npz")


@pytest.mark.parametrize("shape", [(1, 40, 48), (2, 48, 48)])
def test_arrays_of_another_size_are_refused(tmp_path, shape):
    votes = np.full((1, 10), [0, 9, 0, 0, 0, 0, 0, 0, 0, 1], np.uint8)
    images = np.zeros(shape, np.uint8)
    np.savez(tmp_path / "a.npz", images=images, votes=votes, vote_names=VOTE_NAMES, near_group=[1])
    with pytest.raises(DataError, match=r"different numbers of rows|must be uint8 \(n, 48, 48\)"):
        read_ferplus(tmp_path / "a.npz")


def test_pickled_arrays_are_not_loaded(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.array([{"a": 1}], object))
    with pytest.raises(DataError, match="not a readable npz"):
        read_ferplus(tmp_path / "a.npz")


NINE = {"votes": np.full((1, 9), 3, np.uint8)}
HOSTILE = [
    (NINE, "a column for each of their names"),
    ({"votes": np.full(1, 3, np.uint8)}, "a column for each of their names"),
    ({"votes": np.full((1, 10), "3")}, "a column for each of their names"),
    ({"votes": np.full((1, 10), np.nan)}, "numbers from 0"),
    ({"votes": np.full((1, 10), -3)}, "numbers from 0"),
    ({"votes": np.full((1, 10), 1e300)}, "numbers from 0"),
    ({"images": np.zeros((1, 48), np.uint8)}, r"must be uint8 \(n, 48, 48\)"),
    ({"images": np.uint8(7)}, "different numbers of rows"),
    ({"vote_names": np.array("NF")}, "must be lists"),
    ({"near_group": np.zeros((1, 2))}, "must be lists"),
    ({"vote_names": np.array(["x"] * 10)}, "lack anger"),
]


@pytest.mark.parametrize(("wrong", "sentence"), HOSTILE)
def test_array_of_another_form_is_one_sentence(tmp_path, wrong, sentence):
    good = {
        "images": np.zeros((1, 48, 48), np.uint8),
        "votes": np.full((1, 10), 3, np.uint8),
        "vote_names": np.array(VOTE_NAMES),
        "near_group": np.zeros(1),
    }
    np.savez(tmp_path / "a.npz", **{**good, **wrong})
    with pytest.raises(DataError, match=sentence):
        read_ferplus(tmp_path / "a.npz")


def test_single_array_called_npz_is_one_sentence(tmp_path):
    with (tmp_path / "a.npz").open("wb") as file:
        np.save(file, np.zeros((1, 48, 48), np.uint8))
    with pytest.raises(DataError, match="not a readable npz"):
        read_ferplus(tmp_path / "a.npz")


def test_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = write_zip(tmp_path / "a.npz", {"images.npy": bytes(123_457)}, zipfile.ZIP_DEFLATED)
    patched(path, struct.pack("<I", 123_457), struct.pack("<I", 2**30 + 1))
    with pytest.raises(DataError, match=r"images.*larger than the limit"):
        read_ferplus(tmp_path / "a.npz")


def test_header_that_promises_more_than_there_is_gets_no_memory(tmp_path):
    stream = io.BytesIO()
    promise = {"descr": "|u1", "fortran_order": False, "shape": (10**11, 48, 48)}
    np.lib.format.write_array_header_1_0(stream, promise)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("images.npy", stream.getvalue() + bytes(100))
    with pytest.raises(DataError, match="not a readable npz"):
        read_ferplus(tmp_path / "a.npz")


def test_folder_without_training_files_says_so(tmp_path):
    with pytest.raises(DataError, match=r"no train\*.npz"):
        read_ferplus_folder(tmp_path)


def test_real_parts_share_no_near_duplicate(shared_data):
    data = read_ferplus_folder(shared_data / "fer2013plus").crops
    test = data.parts == "test"
    assert test.sum() > 3000
    assert not set(data.sequences[test]) & set(data.sequences[~test])
    flat = data.crops.reshape(len(data), -1)
    seen = {row.tobytes() for row in flat[~test]}
    assert not any(row.tobytes() in seen for row in flat[test])


def test_votes_for_something_else_are_refused(tmp_path):
    names = (*VOTE_NAMES, "other")
    votes = np.eye(len(names), dtype=np.uint8)[[len(names) - 1] * 3] * 9
    np.savez(
        tmp_path / "a.npz",
        images=np.zeros((3, 48, 48), np.uint8),
        votes=votes,
        vote_names=names,
        near_group=np.arange(3),
    )
    with pytest.raises(DataError, match="count other too"):
        read_ferplus(tmp_path / "a.npz")


def test_files_of_other_names_are_said_to_be_left_out(tmp_path):
    for seed, name in enumerate(("train-1", "valid", "test", "validation")):
        groups = [2 * seed, 2 * seed + 1]
        write(tmp_path / f"{name}.npz", [{"anger": 10}] * 2, groups=groups, seed=seed)
    read = read_ferplus_folder(tmp_path)
    assert [one.name for one in read.skipped if one.cause is Cause.UNREADABLE] == [
        "test.npz",
        "validation.npz",
    ]
    assert len(read.crops) == 4
