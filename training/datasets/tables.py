"""Rows of the csv files that come with data sets."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from core.errors import DataError

MOST_ROWS: Final = 1_000_000
"""A small archive may unpack to a csv of many more, which would fill the memory."""


def read_table(
    name: str, text: bytes, needed: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[dict[str, str]]:
    """Yield each row by column name, without spaces around names and values; empty lines are none.

    Args:
        needed: columns, found in any mix of capital and small letters; rows name them as given here.
        optional: others to be found so, which may be missing.

    Raises:
        DataError: a needed column is missing, the text is no csv, or it has more than `MOST_ROWS`.
    """
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(text), "utf-8-sig", errors="replace", newline=""))
    try:
        spelt = {column.lower(): column for column in (*needed, *optional)}
        header = [spelt.get(column.strip().lower(), column.strip()) for column in next(reader, [])]
        missing = [column for column in needed if column not in header]
        if missing:
            raise DataError(f"{name} lacks the column {', '.join(missing)}: it needs {', '.join(needed)}.")
        for number, values in enumerate(reader):
            if number == MOST_ROWS:
                raise DataError(f"{name} has more than {MOST_ROWS:,} rows: divide it into several data sets.")
            if values:
                row = dict.fromkeys(header, "")
                row.update(zip(header, (value.strip() for value in values), strict=False))
                yield row
    except csv.Error as error:
        raise DataError(
            f"{name} is damaged at line {reader.line_num} ({error}): download it again."
        ) from None
