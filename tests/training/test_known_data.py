import io
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import DataError
from core.settings import settings
from training.known_data import keep_upload, known_data


@pytest.fixture
def folder(home, monkeypatch):
    """An empty data folder."""
    monkeypatch.delenv("MIEN_DATA", raising=False)
    settings.cache_clear()
    return settings().data_folder


def zip_of(text: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("fear/a.txt", text)
    return stream.getvalue()


def test_uploads_of_one_name_at_once_are_all_kept_and_equal_ones_once(folder):
    contents = [zip_of(text) for text in ("ada's", "ben's", "cleo's") * 3]
    with ThreadPoolExecutor(9) as threads:
        kept = list(threads.map(lambda content: keep_upload("data.zip", content), contents))
    assert [path.read_bytes() for path in kept] == contents
    assert sorted({path.name for path in kept}) == ["data-2.zip", "data-3.zip", "data.zip"]
    assert {one.title for one in known_data()} >= {"data-2.zip", "data-3.zip", "data.zip"}


def test_upload_that_is_no_zip_is_named_and_leaves_nothing(folder):
    with pytest.raises(DataError, match=r"^notes\.zip is neither"):
        keep_upload("notes.zip", b"no zip")
    assert [file.name for file in folder.iterdir()] == [".upload.lock"]


def test_upload_without_a_folder_of_an_expression_is_not_kept(folder):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("holiday/a.png", b"somebody's face")
    with pytest.raises(DataError, match=r"photos\.zip was not kept, since nothing lies in the folder of any"):
        keep_upload("photos.zip", stream.getvalue())
    assert [file.name for file in folder.iterdir()] == [".upload.lock"]
