"""Rows of the csv files that come with data sets."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from core.errors import DataError

MOST_ROWS: Final = 1_000_000
"""A small archive may unpack to a csv of many more, which would fill the memory."""

SEPARATORS: Final = (",", ";", "\t")


def read_table(
    name: str, text: bytes, needed: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[dict[str, str]]:
    """Yield each row by column name, without spaces around names and values; empty lines are none.

    Columns may be separated by semicolons or tabs too, and the text be UTF-16, as spreadsheets save it.

    Args:
        needed: columns, found in any mix of capital and small letters; rows name them as given here.
        optional: others to be found so, which may be missing.

    Raises:
        DataError: a needed column is missing, the text is no csv, or it has more than `MOST_ROWS`.
    """
    encoding = "utf-16" if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    lines = io.TextIOWrapper(io.BytesIO(text), encoding, errors="replace", newline="")
    separator = max(SEPARATORS, key=lines.readline().count)
    lines.seek(0)
    reader = csv.reader(lines, delimiter=separator)
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
