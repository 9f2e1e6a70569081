"""Records to a stream as they come, in the format that was asked for."""

import csv
import json
from enum import StrEnum
from typing import Any, Self, TextIO

from rich.console import Console
from rich.table import Column, Table

from core.percent import percent
from core.reports import CSV_COLUMNS, csv_rows


class Format(StrEnum):
    """How results are written."""

    JSON = "json"
    CSV = "csv"
    TABLE = "table"


class JsonWriter:
    """One JSON object a line."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __enter__(self) -> Self:
        return self

    def write(self, record: dict[str, Any]) -> None:
        """Write one picture's record, as `core.reports.to_record` makes it."""
        self.stream.write(json.dumps(record, ensure_ascii=False) + "\n")
        self.stream.flush()  # what was read stays read if the rest is interrupted

    def __exit__(self, *exception: object) -> None:
        self.stream.flush()


class CsvWriter(JsonWriter):
    """One line a face, under a header."""

    def __enter__(self) -> Self:
        self.writer = csv.writer(self.stream, lineterminator="\n")
        self.writer.writerow(CSV_COLUMNS)
        return self

    def write(self, record: dict[str, Any]) -> None:
        """Write one picture's record, as `core.reports.to_record` makes it."""
        self.writer.writerows(csv_rows(record))
        self.stream.flush()


class TableWriter(JsonWriter):
    """One row a face, drawn when all are known."""

    def __enter__(self) -> Self:
        self.table = Table(Column("Picture", overflow="fold"), "Face", "Expression", "Confidence", "Why not")
        return self

    def write(self, record: dict[str, Any]) -> None:
        """Write one picture's record, as `core.reports.to_record` makes it."""
        if record["error"]:
            self.table.add_row(record["path"], "", "", "", record["error"])
        for number, face in enumerate(record["faces"], start=1):
            top = max(face["probabilities"].values(), default=None)
            sure = percent(top) if top is not None else ""
            self.table.add_row(
                record["path"],
                str(number) if face["probabilities"] else "",
                face["label"] or "–",
                sure,
                face["abstained"] or "",
            )

    def __exit__(self, *exception: object) -> None:
        width = None if self.stream.isatty() else 160
        Console(file=self.stream, width=width, markup=False, emoji=False).print(self.table)


WRITERS: dict[Format, type[JsonWriter]] = {
    Format.JSON: JsonWriter,
    Format.CSV: CsvWriter,
    Format.TABLE: TableWriter,
}
