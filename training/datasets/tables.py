"""Rows of the csv files that come with data sets."""

import csv
import io
from collections.abc import Iterator

from core.errors import DataError


def read_table(name: str, text: bytes, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Yield each row by column name, without spaces around names and values; empty lines are none.

    Raises:
        DataError: a needed column is missing, or the text is no csv.
    """
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(text), "utf-8-sig", errors="replace", newline=""))
    try:
        header = [column.strip() for column in next(reader, [])]
        missing = [column for column in needed if column not in header]
        if missing:
            raise DataError(f"{name} lacks the column {', '.join(missing)}: it needs {', '.join(needed)}.")
        for values in reader:
            if values:
                row = dict.fromkeys(header, "")
                row.update(zip(header, (value.strip() for value in values), strict=False))
                yield row
    except csv.Error as error:
        raise DataError(
            f"{name} is damaged at line {reader.line_num} ({error}): download it again."
        ) from None
