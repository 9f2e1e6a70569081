import os
import shutil
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DataError
from tests.training.datasets.conftest import write_folder, write_zip
from training.datasets.archives import EntryError, Limits, open_archive
from training.datasets.read_data import Cause

SMALL = Limits(entry_bytes=1000, total_bytes=5000, entries=10)


def contents(path, limits=None):
    """Names and bytes of what may be read, and the names of what is refused."""
    with open_archive(path, limits) as archive:
        return (
            {str(name): archive.read(name) for name in archive.names},
            {one.name: one.reason for one in archive.refused},
        )


def patched(path, old, new, every=True):
    """The file with bytes of its headers replaced."""
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new) if every else data.replace(old, new, 1))
    return path


@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_files_come_sorted_and_the_system_ones_are_left_out(tmp_path, write):
    content = {
        "b/2.png": b"2",
        "a/1.png": b"1",
        "__MACOSX/a/1.png": b"x",
        "a/.DS_Store": b"x",
        ".git/x": b"x",
    }
    found, refused = contents(write(tmp_path / "data", content))
    assert list(found.items()) == [("a/1.png", b"1"), ("b/2.png", b"2")]
    assert not refused


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:/evil.png", "..\\evil.png", "c:\\evil.png"],
)
def test_names_that_lead_outside_are_refused(tmp_path, name):
    found, refused = contents(write_zip(tmp_path / "data.zip", {name: b"evil", "a/1.png": b"1"}))
    assert list(found) == ["a/1.png"]
    assert list(refused.values()) == ["Its name leads out of the zip."]


@pytest.mark.parametrize("name", [".", "./", "/"])
def test_entries_without_a_name_are_nothing(tmp_path, name):
    assert contents(write_zip(tmp_path / "data.zip", {name: b"1", "a.png": b"1"})) == ({"a.png": b"1"}, {})


def test_zip_made_on_windows_is_read(tmp_path):
    assert list(contents(write_zip(tmp_path / "data.zip", {"fear\\1.png": b"1"}))[0]) == ["fear/1.png"]


def test_links_are_not_followed(tmp_path):
    secret = write_folder(tmp_path / "secret", {"key.png": b"secret"})
    folder = write_folder(tmp_path / "data", {"a/1.png": b"1"})
    (folder / "a" / "file.png").symlink_to(secret / "key.png")
    (folder / "folder").symlink_to(secret, target_is_directory=True)
    found, refused = contents(folder)
    assert found == {"a/1.png": b"1"}
    assert set(refused) == {"a/file.png", "folder"}


def test_name_that_is_no_text_is_refused_in_text(tmp_path):
    folder = write_folder(tmp_path / "data", {"a/1.png": b"1"})
    (folder / "a" / os.fsdecode(b"caf\xe9.png")).write_bytes(b"2")
    found, refused = contents(folder)
    assert list(found) == ["a/1.png"]
    assert refused == {"a/caf\N{REPLACEMENT CHARACTER}.png": "Its name is not in UTF-8: rename it."}


def test_folder_that_cannot_be_opened_is_reported(tmp_path):
    folder = write_folder(tmp_path / "data", {"a/1.png": b"1"})
    deep = os.open(folder, os.O_RDONLY)
    for _ in range(20):  # together longer than the system takes a path, as the one that nobody can open
        os.mkdir("d" * 250, dir_fd=deep)
        deep, above = os.open("d" * 250, os.O_RDONLY, dir_fd=deep), deep
        os.close(above)
    os.close(deep)
    found, refused = contents(folder)
    shutil.rmtree(folder)  # others look through the temporary files
    assert list(found) == ["a/1.png"]
    assert [reason.split(":")[0] for reason in refused.values()] == ["The folder cannot be opened"]


def test_links_in_a_zip_are_refused(tmp_path):
    link = zipfile.ZipInfo("a/link.png")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    found, refused = contents(tmp_path / "data.zip")
    assert not found
    assert "link" in refused["a/link.png"]


def test_pipes_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert contents(tmp_path) == ({}, {"pipe.png": "It is not a plain file."})


def encrypt(path):
    """Say of the entries of a zip that they are encrypted."""
    patched(path, b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00")
    patched(path, b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


def test_encrypted_entries_are_refused(tmp_path):
    path = write_zip(tmp_path / "data.zip", {"a.png": b"1"})
    encrypt(path)
    found, refused = contents(path)
    assert not found
    assert "without a password" in refused["a.png"]


@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_file_over_the_limit_is_refused_unread(tmp_path, write):
    found, refused = contents(write(tmp_path / "data", {"big": b"0" * 1001, "small": b"0" * 1000}), SMALL)
    assert list(found) == ["small"]
    assert "larger than the limit" in refused["big"]


def test_bomb_that_declares_its_size_is_refused(tmp_path):
    path = write_zip(tmp_path / "bomb.zip", {"bomb.png": bytes(100_000_000)}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 200_000
    assert "larger than the limit" in contents(path)[1]["bomb.png"]


@pytest.mark.parametrize("true_crc", [False, True])
def test_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path, true_crc):
    size = 50_000_000
    path = write_zip(tmp_path / "bomb.zip", {"bomb.png": bytes(size)}, zipfile.ZIP_DEFLATED)
    patched(path, struct.pack("<I", size), struct.pack("<I", 100))
    if true_crc:
        patched(path, struct.pack("<I", zlib.crc32(bytes(size))), struct.pack("<I", zlib.crc32(bytes(100))))
    with open_archive(path) as archive:
        try:
            assert len(archive.read(archive.names[0])) == 100
        except EntryError as error:
            assert "damaged" in str(error)


def test_methods_that_python_does_not_bound_are_refused(tmp_path):
    path = write_zip(tmp_path / "bomb.zip", {"bomb.png": bytes(1000)}, zipfile.ZIP_BZIP2)
    assert "packed by a method" in contents(path)[1]["bomb.png"]


def test_zip_that_unpacks_to_too_much_is_refused(tmp_path):
    content = {f"{i}.png": bytes(900) for i in range(6)}
    with pytest.raises(DataError, match="unpacks to more than"):
        contents(write_zip(tmp_path / "data.zip", content, zipfile.ZIP_DEFLATED), SMALL)


def test_folder_is_not_read_beyond_the_total(tmp_path):
    write_folder(tmp_path, {f"{i}.png": bytes(900) for i in range(6)})
    with open_archive(tmp_path, SMALL) as archive, pytest.raises(DataError, match="unpacks to more than"):
        for name in archive.names:
            archive.read(name)


@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_too_many_files_are_refused(tmp_path, write):
    with pytest.raises(DataError, match="more than 10 files"):
        contents(write(tmp_path / "data", {f"{i}.png": b"" for i in range(11)}), SMALL)


def test_second_file_of_a_name_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("a.png", b"1")
        archive.writestr("a.png", b"2")
    found, refused = contents(tmp_path / "data.zip")
    assert found == {"a.png": b"1"}
    assert "same name" in refused["a.png"]


def test_damaged_entry_gets_a_sentence_and_the_others_are_read(tmp_path):
    path = write_zip(tmp_path / "data.zip", {"a.png": b"first content", "b.png": b"second"})
    patched(path, b"first content", b"other content")
    with open_archive(path) as archive:
        with pytest.raises(EntryError, match="damaged inside the zip"):
            archive.read(PurePosixPath("a.png"))
        assert archive.read(PurePosixPath("b.png")) == b"second"


def test_refusals_say_their_cause(tmp_path):
    with open_archive(write_zip(tmp_path / "data.zip", {"/a.png": b"1"})) as archive:
        assert [one.cause for one in archive.refused] == [Cause.UNREADABLE]


def test_truncated_zip_says_so(tmp_path):
    path = write_zip(tmp_path / "data.zip", {"a.png": b"1" * 1000})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match="neither a folder nor a readable zip"):
        contents(path)


@settings(max_examples=150, deadline=None)
@given(position=st.integers(0, 400), value=st.integers(0, 255), cut=st.integers(0, 400))
def test_no_damage_gets_past_the_family_of_errors(tmp_path_factory, position, value, cut):
    path = tmp_path_factory.mktemp("zip") / "data.zip"
    write_zip(path, {"fear/a.png": b"0" * 100, "b": b"1"}, zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    data[position % len(data)] = value
    path.write_bytes(data[: len(data) - cut % 5])
    try:
        contents(path)
    except DataError as error:
        assert str(error).endswith(".")
