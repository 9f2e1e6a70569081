import numpy as np
import pytest
from PIL import Image

from core.errors import DataError
from core.expressions import Expression
from core.faces import crop, find
from core.images import decode
from tests.conftest import encode
from tests.training.datasets.conftest import write_folder, write_zip
from training.datasets.ckplus import EXPECTED, read_ckplus
from training.datasets.read_data import Cause
from ui.samples import SAMPLES

FOLDERS = ("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")


def files(seed=0):
    """Names and bytes of a small CK+48: two subjects, one sequence of three frames a class."""
    rng = np.random.default_rng(seed)
    return {
        f"{folder}/S{subject:03}_{number + 1:03}_{frame:08}.png": encode(
            rng.integers(0, 256, (48, 48), dtype=np.uint8)
        )
        for number, folder in enumerate(FOLDERS)
        for subject in (10, 11)
        for frame in (15, 16, 17)
    }


def write_learnable(folder, subjects, frames):
    """Write pictures in the form of CK+48 that differ by class: a brighter band at the class's height."""
    rng = np.random.default_rng(0)
    content = {
        f"{label}/S{subject:03}_{number:03}_{frame:08}.png": encode(
            (rng.integers(0, 120, (48, 48)) + 20 * (np.arange(48)[:, None] // 7 == number)).astype(np.uint8)
        )
        for number, label in enumerate(FOLDERS)
        for subject in range(subjects)
        for frame in range(frames)
    }
    return write_folder(folder, content)


def test_folder_and_zip_give_the_same(tmp_path):
    folder = read_ckplus(write_folder(tmp_path / "CK+48", files())).crops
    archive = read_ckplus(write_zip(tmp_path / "ck.zip", {f"CK+48/{n}": d for n, d in files().items()})).crops
    assert folder.digest == archive.digest
    assert (folder.sequences == archive.sequences).all()


def test_name_gives_subject_and_sequence(tmp_path):
    data = read_ckplus(write_folder(tmp_path, files())).crops
    assert data.crops.shape == (42, 48, 48, 1)
    assert set(data.subjects) == {"S010", "S011"}
    assert len(set(data.sequences)) == 14
    assert data.sequences[0] == "S010_001"
    assert data.expressions == EXPECTED


def test_pixels_are_those_of_the_file(tmp_path):
    content = files()
    data = read_ckplus(write_folder(tmp_path, content)).crops
    first = sorted(content)[0]
    assert np.array_equal(data.crops[0, ..., 0], np.asarray(Image.open(tmp_path / first)))


def test_unreadable_files_are_reported_and_skipped(tmp_path):
    content = files()
    content["fear/S012_001_00000001.png"] = b"broken"
    content["fear/S013_001_00000001.png"] = b""
    content["fear/portrait.png"] = encode(np.zeros((48, 48), np.uint8))
    content["fear/notes.txt"] = b"no picture"
    data = read_ckplus(write_folder(tmp_path, content))
    assert len(data.crops) == 42
    assert {(one.name, one.cause) for one in data.skipped} == {
        ("fear/S012_001_00000001.png", Cause.UNREADABLE),
        ("fear/S013_001_00000001.png", Cause.UNREADABLE),
        ("fear/portrait.png", Cause.UNREADABLE),
    }


def test_missing_class_folder_is_named(tmp_path):
    content = {name: data for name, data in files().items() if "fear" not in name and "happy" not in name}
    with pytest.raises(DataError, match="fear, happiness"):
        read_ckplus(write_folder(tmp_path, content))


def test_missing_path_says_so(tmp_path):
    with pytest.raises(DataError, match="no data at"):
        read_ckplus(tmp_path / "nowhere.zip")


@pytest.mark.parametrize("content", [b"", b"this is no zip", b"PK\x03\x04" + b"\x00" * 50])
def test_file_that_is_no_zip_says_so(tmp_path, content):
    (tmp_path / "data.zip").write_bytes(content)
    with pytest.raises(DataError, match="neither a folder nor a readable zip"):
        read_ckplus(tmp_path / "data.zip")


def test_hostile_zip_writes_nothing_and_its_bombs_are_skipped(tmp_path):
    content = files()
    content["../../evil/S099_001_00000001.png"] = encode(np.zeros((48, 48), np.uint8))
    content["fear/S098_001_00000001.png"] = encode(np.zeros((48, 48), np.uint8)) + b"\x00" * 2**21
    before = set(tmp_path.parent.rglob("*"))
    data = read_ckplus(write_zip(tmp_path / "ck.zip", content))
    assert set(tmp_path.parent.rglob("*")) - before == {tmp_path / "ck.zip"}
    assert {"S098", "S099"}.isdisjoint(data.crops.subjects)
    assert len(data.crops) == 42
    assert {one.name for one in data.skipped} == {
        "../../evil/S099_001_00000001.png",
        "fear/S098_001_00000001.png",
    }


def test_symlinks_out_of_the_folder_are_not_followed(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(encode(np.zeros((48, 48), np.uint8)))
    folder = write_folder(tmp_path / "ck", files())
    (folder / "fear" / "S097_001_00000001.png").symlink_to(secret)
    assert "S097" not in read_ckplus(folder).crops.subjects


def test_damaged_entry_of_a_zip_is_skipped(tmp_path):
    path = write_zip(tmp_path / "ck.zip", files())
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF  # in the first entry's content
    path.write_bytes(data)
    assert len(read_ckplus(path).crops) == 41


def test_crop_of_another_size_is_scaled(tmp_path):
    content = files()
    content["fear/S096_001_00000001.png"] = encode(np.full((96, 96), 200, np.uint8))
    data = read_ckplus(write_folder(tmp_path, content)).crops
    assert (data.crops[data.subjects == "S096"] == 200).all()


def test_real_ckplus_has_its_known_counts(shared_data):
    data = read_ckplus(shared_data / "ckplus48.zip").crops
    counts = {e: int((data.labels == i).sum()) for i, e in enumerate(Expression)}
    assert counts == {
        Expression.ANGER: 135,
        Expression.CONTEMPT: 54,
        Expression.DISGUST: 177,
        Expression.FEAR: 75,
        Expression.HAPPINESS: 207,
        Expression.NEUTRAL: 0,
        Expression.SADNESS: 84,
        Expression.SURPRISE: 249,
    }
    assert len(set(data.sequences)) == 327
    assert len(set(data.subjects)) == 118


def test_pictures_that_are_none_of_its_frames_are_counted(tmp_path):
    picture = encode(np.zeros((48, 48), np.uint8))
    content = {
        "verwirrt/S010_001_00000001.png": picture,
        "happy/S010_009_00000001.jpg": picture,
        "read.me": b"x",
    }
    data = read_ckplus(write_folder(tmp_path, files() | content))
    assert len(data.crops) == len(files())
    assert {(one.name, one.cause) for one in data.skipped} == {
        ("verwirrt/S010_001_00000001.png", Cause.UNKNOWN_LABEL),
        ("happy/S010_009_00000001.jpg", Cause.UNREADABLE),
    }


def test_of_a_whole_frame_the_face_is_cut(tmp_path):
    content = files()
    astronaut = SAMPLES["astronaut"].read()
    content["happy/S096_001_00000001.png"] = encode(decode(astronaut))
    content["happy/S097_001_00000001.png"] = encode(np.full((490, 640, 3), 90, np.uint8))
    data = read_ckplus(write_zip(tmp_path / "ck.zip", content))
    (row,) = np.flatnonzero(data.crops.subjects == "S096")
    picture = decode(astronaut)
    assert (data.crops.crops[row] == crop(picture, [find(picture)[0].landmarks])[0]).all()
    assert data.crops.framed[row]
    assert data.crops.framed.sum() == 1
    assert [(one.name, one.cause) for one in data.skipped] == [("happy/S097_001_00000001.png", Cause.NO_FACE)]
