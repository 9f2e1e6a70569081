"""Rows of the csv files that come with data sets."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from core.errors import DataError

MOST_ROWS: Final = 1_000_000
"""A small archive may unpack to a csv of many more, which would fill the memory."""

CHUNK: Final = 2**20
SEPARATORS: Final = (",", ";", "\t")


def read_table(
    name: str, text: bytes, needed: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[dict[str, str]]:
    """Yield each row by column name, without spaces around names and values; empty lines are none.

    Columns may be separated by semicolons or tabs too, and the text be UTF-16 or Windows-1252, as
    spreadsheets save it.

    Args:
        needed: columns, found in any mix of capital and small letters; rows name them as given here.
        optional: others to be found so, which may be missing.

    Raises:
        DataError: a column is missing or stands twice, the text is no csv, or it has more than `MOST_ROWS`.
    """
    lines = io.TextIOWrapper(io.BytesIO(text), _encoding(text), errors="replace", newline="")
    separator = max(SEPARATORS, key=lines.readline().count)
    lines.seek(0)
    reader = csv.reader(lines, delimiter=separator)
    try:
        spelt = {column.lower(): column for column in (*needed, *optional)}
        header = [spelt.get(column.strip().lower(), column.strip()) for column in next(reader, [])]
        missing = [column for column in needed if column not in header]
        if missing:
            raise DataError(f"{name} lacks the column {', '.join(missing)}: it needs {', '.join(needed)}.")
        twice = [column for column in spelt.values() if header.count(column) > 1]
        if twice:
            raise DataError(f"{name} has the column {', '.join(twice)} more than once: leave one of each.")
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


def _encoding(text: bytes) -> str:
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    parts = (text[start : start + CHUNK] for start in range(0, len(text), CHUNK))
    try:
        for _ in codecs.iterdecode(parts, "utf-8"):
            pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
