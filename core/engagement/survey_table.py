"""Survey scores from a table, as spreadsheets and survey tools of any country write it."""

import codecs
import csv
import io
import re
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict

from core.errors import MienError

DELIMITERS: Final = (",", ";", "\t", "|")
IDS: Final = frozenset({"id", "engagement", "engagement id", "engagementid"})
SCORES: Final = frozenset(
    {
        *("score", "survey score", "rating", "satisfaction", "satisfaction score"),
        *("csat", "csat score", "nps", "nps score", "answer"),
    }
)
EMPLOYEE_WORDS: Final = (
    *("employee", "agent", "staff", "operator", "advisor", "adviser", "representative", "rep", "csr"),
    *("clerk", "consultant", "associate", "cashier", "teller", "seller", "salesperson", "handler"),
    *("assignee", "supervisor", "manager", "colleague", "worker"),
    *("served by", "handled by", "answered by", "assigned to", "case owner", "ticket owner"),
)
"""A column of such a name is refused: people at work are never scored."""

_EMPLOYEE: Final = re.compile(
    rf"\b(?:{'|'.join(EMPLOYEE_WORDS)})s?(?:id|name|no|nr|number|code|email)?\b"
    r"|arbeiter|berater|betreuer|verkäufer"  # a part of longer words, as German has them
)
NOBODY: Final = "user agent"
"""The name of a browser."""


class SurveyError(MienError):
    """The survey table cannot be used."""


class Surveys(BaseModel):
    """What a table says.

    Attributes:
        scores: by engagement id.
        contradicted: ids that have several scores; none of them counts.
        without_number: rows whose score is no number.
    """

    model_config = ConfigDict(frozen=True)

    scores: dict[str, float]
    contradicted: tuple[str, ...] = ()
    without_number: int = 0


def read_surveys(data: bytes) -> Surveys:
    """Scores by engagement id, from a csv with a column of ids and one of scores.

    Commas, semicolons, tabs or bars stand between columns, a point or comma before decimals, and the text is
    UTF-8, UTF-16 or Windows-1252.

    Raises:
        SurveyError: a column is missing, names an employee, or no score is a number.
    """
    rows = _rows(_decoded(data))
    names = [_words(column) for column in rows[0]] if rows else []
    for name, column in zip(names, rows[0] if rows else [], strict=True):
        if _EMPLOYEE.search(name.replace(NOBODY, "")):
            raise SurveyError(
                f"The column {column.strip()!r} names people at work, who are never scored: remove it."
            )
    ids, scores = _place(names, IDS), _place(names, SCORES)
    if ids is None or scores is None:
        raise SurveyError("The table needs the columns id (of the engagement) and score, CSAT or NPS.")
    found: dict[str, set[float]] = {}
    without_number = 0
    for row in rows[1:]:
        name, score = (row[place].strip() if place < len(row) else "" for place in (ids, scores))
        number = _number(score)
        if name and number is not None:
            found.setdefault(name, set()).add(number)
        elif name:
            without_number += 1
    if not found:
        raise SurveyError("No row has an id and a number as its score.")
    return Surveys(
        scores={name: next(iter(values)) for name, values in found.items() if len(values) == 1},
        contradicted=tuple(name for name, values in found.items() if len(values) > 1),
        without_number=without_number,
    )


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    for zeros, encoding in ((data[1:200:2], "utf-16-le"), (data[0:200:2], "utf-16-be")):
        if zeros and zeros.count(0) > len(zeros) / 2:  # letters of the West, without the mark
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _rows(text: str) -> list[list[str]]:
    """Rows, parted by whatever makes columns that are known, else by what makes most."""
    head, _, rest = text.partition("\n")
    if head.strip().lower().startswith("sep="):  # for Excel
        text = rest
    try:
        return max((_parted(text, delimiter) for delimiter in DELIMITERS), key=_fitness)
    except csv.Error as error:
        raise SurveyError(f"The table is damaged ({error}): save it anew as csv.") from None


def _parted(text: str, delimiter: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]


def _fitness(rows: list[list[str]]) -> tuple[bool, int]:
    names = [_words(column) for column in rows[0]] if rows else []
    return _place(names, IDS) is not None and _place(names, SCORES) is not None, len(names)


def _words(column: str) -> str:
    """A column's name as words: `EngagementId`, `engagement_id` and `Engagement ID` are one."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    return " ".join(re.findall(r"[^\W_]+", apart.lower()))


def _place(names: list[str], known: frozenset[str]) -> int | None:
    return next((place for place, name in enumerate(names) if name in known), None)


def _number(text: str) -> float | None:
    """A finite number with a point or comma before its decimals; None where it is none."""
    try:
        number = float(text.replace(",", ".") if "." not in text else text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
