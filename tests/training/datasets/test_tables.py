"""Tables as people and their spreadsheets save them."""

from pathlib import PurePosixPath

import pytest

from core.errors import DataError
from training.datasets.subjects import subjects_from_tables
from training.datasets.tables import read_table

ROWS = "file;subject\nhappy/ä.png;Müller\nhappy/b.png;Möller\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_survive_the_encodings_of_spreadsheets(encoding):
    rows = list(read_table("subjects.csv", ROWS.encode(encoding), ("file", "subject")))
    assert [row["subject"] for row in rows] == ["Müller", "Möller"]
    assert rows[0]["file"] == "happy/ä.png"


def test_letter_on_the_edge_of_a_chunk_is_no_reason_to_doubt_the_encoding(monkeypatch):
    monkeypatch.setattr("training.datasets.tables.CHUNK", 1)
    assert [row["subject"] for row in read_table("t.csv", ROWS.encode(), ("subject",))] == [
        "Müller",
        "Möller",
    ]


def test_column_that_stands_twice_is_refused():
    table = {PurePosixPath("subjects.csv"): b"file,subject,Subject\na.png,Ann,\n"}
    with pytest.raises(DataError, match=r"has the column subject more than once: leave one of each"):
        subjects_from_tables(table, "mine")


def test_table_of_just_as_many_rows_as_are_read_is_read_whole(monkeypatch):
    monkeypatch.setattr("training.datasets.tables.MOST_ROWS", 3)
    rows = ["a", "b", "c"]
    assert [row["x"] for row in read_table("t.csv", "\n".join(["x", *rows]).encode(), ("x",))] == rows
    with pytest.raises(DataError, match="more than 3 rows"):
        list(read_table("t.csv", "\n".join(["x", *rows, "d"]).encode(), ("x",)))
