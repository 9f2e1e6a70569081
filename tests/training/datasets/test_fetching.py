from importlib.util import find_spec

import pytest

from core.errors import DataError
from tests.conftest import encode
from tests.training.datasets.conftest import write_folder
from tests.training.datasets.test_near_duplicates import smooth
from training.datasets.fetching import fetch
from training.datasets.reading import read

needs_absence = pytest.mark.skipif(find_spec("kagglehub") is not None, reason="kagglehub is installed")


@needs_absence
@pytest.mark.parametrize(
    ("address", "handle"),
    [
        ("kaggle:ckplus48", "shawon10/ckplus"),
        ("kaggle:fer2013", "msambare/fer2013"),
        ("kaggle:some-one/faces.v2", "some-one/faces.v2"),
    ],
)
def test_without_kagglehub_a_sentence_says_where_to_get_the_data(address, handle):
    with pytest.raises(DataError) as caught:
        fetch(address)
    said = str(caught.value)
    assert "install kagglehub" in said
    assert f"https://www.kaggle.com/datasets/{handle}" in said
    assert "give its path instead" in said


@pytest.mark.parametrize(
    "address", ["kaggle:", "kaggle:faces", "kaggle:../../etc", "kaggle:a/b/c", "kaggle:a/b c"]
)
def test_address_that_names_no_data_set_is_refused(address):
    with pytest.raises(DataError, match=r"kaggle:ckplus48, kaggle:fer2013 or kaggle:owner/name"):
        fetch(address)


@needs_absence
def test_reading_fetches():
    with pytest.raises(DataError, match="kagglehub"):
        read(["kaggle:ckplus48"])


def test_what_kaggle_keeps_in_numbered_folders_is_called_as_there(tmp_path):
    happy = {"happy/s1_2_3.png": encode(smooth(1)[0, ..., 0])}
    kept = write_folder(tmp_path / "ann" / "faces" / "versions" / "1", happy)
    data = read([kept]).crops
    assert data.sources == ["ann/faces"]
    assert data.subjects == ["ann/faces/s1"]
