import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import DataError
from core.expressions import EXPRESSIONS, Expression
from tests.conftest import encode
from tests.training.datasets.conftest import write_folder, write_zip
from tests.training.datasets.test_near_duplicates import altered, smooth
from training.datasets.fer2013 import read_fer2013, read_fer2013_folder
from training.datasets.fer2013_rows import LABELS, Row
from training.datasets.read_data import Cause
from training.datasets.votes import VOTE_NAMES

CROPS = smooth(12)


def text(crop):
    return " ".join(map(str, crop.ravel()))


def fer_csv(rows, header="emotion,pixels,Usage"):
    """Rows of (emotion, crop or text, usage) as a csv."""
    lines = [f"{e},{p if isinstance(p, str) else text(p)},{usage}" for e, p, usage in rows]
    return "\n".join([header, *lines]).encode() + b"\n"


def votes_csv(rows):
    """Rows of (usage, image name, votes by name) as FER+ publishes them."""
    columns = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
    names = (*columns, "unknown", "NF")
    lines = [f"{usage},{name},{','.join(str(votes.get(n, 0)) for n in names)}" for usage, name, votes in rows]
    return "\n".join([f"Usage,Image name,{','.join(names)}", *lines]).encode() + b"\n"


def read(tmp_path, **files):
    names = {"fer": "fer2013.csv", "votes": "fer2013new.csv", "icml": "icml_face_data.csv"}
    return read_fer2013(write_folder(tmp_path, {names[key]: data for key, data in files.items()}))


def causes(data):
    return [(one.name, one.cause) for one in data.skipped]


def test_numbers_mean_the_published_labels(tmp_path):
    data = read(tmp_path, fer=fer_csv([(e, CROPS[e], "Training") for e in range(7)])).crops
    assert [EXPRESSIONS[i] for i in data.labels] == list(LABELS)
    assert LABELS[0] is Expression.ANGER
    assert LABELS[6] is Expression.NEUTRAL
    assert np.array_equal(data.crops, CROPS[:7])
    assert data.names[3] == "fer2013.csv#3"


def test_public_test_is_judged_on_and_private_test_kept_apart(tmp_path):
    usages = ("Training", "PublicTest", "PrivateTest")
    data = read(tmp_path, fer=fer_csv([(3, CROPS[i], usage) for i, usage in enumerate(usages)]))
    assert data.crops.parts.tolist() == ["train", "test"]
    assert causes(data) == [("fer2013.csv#2", Cause.KEPT_APART)]


def test_header_of_the_newer_csv_is_read(tmp_path):
    lines = fer_csv([(3, CROPS[0], "Training")], "emotion,pixels,Usage").decode().splitlines()
    emotion, pixels, usage = lines[1].split(",")
    newer = f"emotion, Usage, pixels\n{emotion},{usage},{pixels}\n".encode()
    assert np.array_equal(read(tmp_path, icml=newer).crops.crops[0], CROPS[0])


def test_column_in_small_letters_keeps_private_test_apart_too(tmp_path):
    rows = [(3, CROPS[0], "Training"), (3, CROPS[1], "PrivateTest")]
    data = read(tmp_path, fer=fer_csv(rows, "Emotion,PIXELS,usage"))
    assert data.crops.parts.tolist() == ["train"]
    assert causes(data) == [("fer2013.csv#1", Cause.KEPT_APART)]


def test_zip_folder_and_file_give_the_same(tmp_path):
    content = {"archive/fer2013.csv": fer_csv([(3, CROPS[0], "Training"), (0, CROPS[1], "PublicTest")])}
    folder = read_fer2013(write_folder(tmp_path / "folder", content)).crops
    archive = read_fer2013(write_zip(tmp_path / "fer.zip", content)).crops
    file = read_fer2013(tmp_path / "folder" / "archive" / "fer2013.csv").crops
    assert folder.digest == archive.digest == file.digest


def test_training_pictures_like_one_of_the_test_are_dropped(tmp_path):
    rows = [
        (3, CROPS[0], "Training"),
        (3, CROPS[1], "Training"),
        (3, altered(CROPS[0], shift=1), "PublicTest"),
    ]
    data = read(tmp_path, fer=fer_csv([*rows, (3, CROPS[0], "PublicTest")]))
    assert data.crops.names.tolist() == ["fer2013.csv#1", "fer2013.csv#2"]
    assert causes(data) == [("fer2013.csv#0", Cause.NEAR_COPY), ("fer2013.csv#3", Cause.NEAR_COPY)]


@pytest.mark.parametrize(
    ("emotion", "pixels", "usage", "cause"),
    [
        (3, "1 2 3", "Training", Cause.UNREADABLE),
        (3, "", "Training", Cause.UNREADABLE),
        (3, " ".join(["7"] * 2303), "Training", Cause.UNREADABLE),
        (3, " ".join(["7"] * 2305), "Training", Cause.UNREADABLE),
        (3, " ".join(["256"] * 2304), "Training", Cause.UNREADABLE),
        (3, " ".join(["-1"] * 2304), "Training", Cause.UNREADABLE),
        (3, " ".join(["7"] * 2303 + ["x"]), "Training", Cause.UNREADABLE),
        (3, " ".join(["7"] * 2304) + " x", "Training", Cause.UNREADABLE),
        (3, " ".join(["7.5"] * 2304), "Training", Cause.UNREADABLE),
        (7, text(CROPS[1]), "Training", Cause.UNKNOWN_LABEL),
        ("happy", text(CROPS[1]), "Training", Cause.UNKNOWN_LABEL),
        (3, text(CROPS[1]), "Somewhere", Cause.UNREADABLE),
    ],
)
def test_row_that_cannot_be_used_is_reported(tmp_path, emotion, pixels, usage, cause):
    data = read(tmp_path, fer=fer_csv([(emotion, pixels, usage), (3, CROPS[0], "Training")]))
    assert causes(data) == [("fer2013.csv#0", cause)]
    assert data.crops.names.tolist() == ["fer2013.csv#1"]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789 -.e\tx", max_size=200))
def test_no_text_of_pixels_gets_past_the_check(pixels):
    assert Row(0, "Training", "3", pixels).crop is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "lacks the column emotion, pixels"),
        (b"emotion,pixels,Usage\n", "no row to learn from; it is empty"),
        (b"emotion,Usage\n3,Training\n", "lacks the column pixels"),
        (b"emotion,pixels,Usage\n3\n", "no row to learn from; of the first: It must have 2304 pixels"),
        (b"\xff\xfe\x00binary", "lacks the column"),
        (b"emotion,pixels\n3," + b"7" * 200_000, "damaged at line 2"),
    ],
)
def test_csv_that_cannot_be_used_says_why(tmp_path, content, sentence):
    with pytest.raises(DataError, match=sentence):
        read(tmp_path, fer=content)


def test_subject_of_ckplus_in_the_published_csv_is_kept_apart(tmp_path):
    lines = ["emotion,pixels,Usage", *["3,,PrivateTest"] * 35_887]
    lines[1 + 7] = lines[1 + 19_608] = f"3,{text(CROPS[0])},Training"
    data = read(tmp_path, fer="\n".join(lines).encode())
    assert data.crops.names.tolist() == ["fer2013.csv#7"]
    assert ("fer2013.csv#19608", Cause.KEPT_APART) in causes(data)


def test_csv_without_usage_has_no_division(tmp_path):
    content = b"emotion,pixels\n3," + text(CROPS[0]).encode()
    assert read(tmp_path, fer=content).crops.parts.tolist() == [""]


VOTED = [
    ("Training", "fer0000002.png", {"anger": 10}),
    ("Training", "", {"fear": 10}),
    ("Training", "fer0000000.png", {"contempt": 6, "neutral": 3, "fear": 1}),
    ("PublicTest", "fer0000001.png", {"sadness": 5, "neutral": 5}),
    ("PublicTest", "fer0000003.png", {"surprise": 10}),
]
ROWS = [(3, CROPS[i], usage) for i, (usage, _, _) in enumerate(VOTED)]


def test_votes_are_joined_by_row_and_not_by_the_number_in_the_name(tmp_path):
    data = read(tmp_path, fer=fer_csv(ROWS), votes=votes_csv(VOTED))
    assert data.crops.names.tolist() == ["fer2013.csv#0", "fer2013.csv#2", "fer2013.csv#4"]
    assert [EXPRESSIONS[i] for i in data.crops.labels] == ["anger", "contempt", "surprise"]
    assert np.array_equal(data.crops.crops, CROPS[[0, 2, 4]])
    assert set(data.crops.sources) == {"FER+"}
    assert causes(data) == [("fer2013.csv#1", Cause.UNCLEAR), ("fer2013.csv#3", Cause.UNCLEAR)]


def test_single_votes_of_the_csv_are_noise_too(tmp_path):
    targets = read(tmp_path, fer=fer_csv(ROWS), votes=votes_csv(VOTED)).crops.targets[1]
    assert targets[EXPRESSIONS.index("contempt")] == pytest.approx(6 / 9)
    assert targets[EXPRESSIONS.index("fear")] == 0


@pytest.mark.parametrize(
    ("votes", "sentence"),
    [
        (VOTED[:4], "it has 4 rows instead of 5"),
        ([*VOTED[:2], VOTED[3], VOTED[2], VOTED[4]], "row 2 is Training in one and PublicTest in the other"),
        ([*VOTED[:4], ("PublicTest", "x.png", {"fear": "many"})], "no numbers"),
    ],
)
def test_votes_of_another_csv_are_refused(tmp_path, votes, sentence):
    with pytest.raises(DataError, match=sentence):
        read(tmp_path, fer=fer_csv(ROWS), votes=votes_csv(votes))


def test_votes_without_a_column_are_refused(tmp_path):
    with pytest.raises(DataError, match="lacks the column NF"):
        read(tmp_path, fer=fer_csv(ROWS), votes=votes_csv(VOTED).replace(b"NF", b"nobody"))


def pictures():
    names = [
        "train/angry/Training_3.jpg",
        "train/happy/Training_1.jpg",
        "test/happy/PublicTest_2.jpg",
        "test/happy/PrivateTest_9.jpg",
        "train/puzzled/Training_4.jpg",
        "train/happy/holiday.jpg",
    ]
    return {name: encode(CROPS[i, ..., 0], "JPEG", quality=95) for i, name in enumerate(names)}


@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_folders_of_pictures_are_read_by_their_own_names(tmp_path, write):
    content = {**pictures(), "train/fear/Training_8.jpg": b"broken"}
    data = read_fer2013_folder(write(tmp_path / "fer", content))
    assert dict(zip(data.crops.names.tolist(), data.crops.parts.tolist(), strict=True)) == {
        "test/happy/PublicTest_2.jpg": "test",
        "train/angry/Training_3.jpg": "train",
        "train/happy/Training_1.jpg": "train",
    }
    assert set(causes(data)) == {
        ("test/happy/PrivateTest_9.jpg", Cause.KEPT_APART),
        ("train/puzzled/Training_4.jpg", Cause.UNKNOWN_LABEL),
        ("train/happy/holiday.jpg", Cause.UNREADABLE),
        ("train/fear/Training_8.jpg", Cause.UNREADABLE),
    }


def test_class_folders_may_be_misspelt_and_numbered_as_copies_of_it_are(tmp_path):
    content = {
        "train/suprise/Training_1.jpg": encode(CROPS[0, ..., 0], "JPEG"),
        "train/0_angry/Training_2.jpg": encode(CROPS[1, ..., 0], "JPEG"),
    }
    data = read_fer2013_folder(write_folder(tmp_path / "fer", content))
    assert [EXPRESSIONS[column] for column in data.crops.labels] == ["anger", "surprise"]
    assert not data.skipped


def test_pictures_of_another_size_are_scaled(tmp_path):
    content = {"train/fear/Training_8.png": encode(Image.new("L", (200, 100), 90))}
    assert (read_fer2013_folder(write_folder(tmp_path, content)).crops.crops == 90).all()


def test_real_crops_survive_the_csv(tmp_path, shared_data):
    with np.load(shared_data / "fer2013plus" / "valid.npz") as arrays:
        images, votes, labels = arrays["images"][:200], arrays["votes"][:200], arrays["fer2013_label"][:200]
        names = arrays["vote_names"].tolist()
    assert set(names) == set(VOTE_NAMES)
    rows = [(max(0, label), image, "PublicTest") for label, image in zip(labels, images, strict=True)]
    voted = [("PublicTest", f"fer{i:07}.png", dict(zip(names, v, strict=True))) for i, v in enumerate(votes)]
    data = read(tmp_path, fer=fer_csv(rows), votes=votes_csv(voted))
    numbers = [int(name.split("#")[1]) for name in data.crops.names]
    assert len(numbers) > 150
    assert np.array_equal(data.crops.crops[..., 0], images[numbers])


@pytest.mark.parametrize("name", ["fer2013new.csv", "FER2013new.csv"])
@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_votes_are_found_however_their_file_is_spelt(tmp_path, write, name):
    votes = votes_csv([("Training", "fer0000000.png", {"anger": 9})])
    content = {"fer2013.csv": fer_csv([(3, CROPS[0], "Training")]), name: votes}
    for path in (write(tmp_path / "fer.zip", content), write_folder(tmp_path / "f", content) / "fer2013.csv"):
        assert EXPRESSIONS[read_fer2013(path).crops.labels[0]] is Expression.ANGER


def test_groups_of_two_files_are_not_taken_for_one(tmp_path):
    rows = [(e, CROPS[e], "Training") for e in range(6)]
    one = read(tmp_path / "a", fer=fer_csv(rows[:3])).crops.sequences
    other = read(tmp_path / "b", fer=fer_csv(rows[3:])).crops.sequences
    again = read(tmp_path / "c", fer=fer_csv(rows[3:])).crops.sequences
    assert not set(one) & set(other)
    assert again.tolist() == other.tolist()


def test_pictures_beside_the_csv_are_said_to_be_left_out(tmp_path):
    pictures = {f"happy/{n}.png": encode(CROPS[n, ..., 0]) for n in range(2)}
    folder = write_folder(tmp_path, {"fer2013.csv": fer_csv([(3, CROPS[5], "Training")]), **pictures})
    (left,) = read_fer2013(folder).skipped
    assert (left.name, left.cause) == ("happy", Cause.UNREADABLE)
    assert "instead of its 2 pictures" in left.reason
