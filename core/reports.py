"""Readings as JSON lines and CSV, the same from command line, page and API."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from core.expressions import EXPRESSIONS
from core.readings import PictureReading, Reading


def to_record(
    path: str, result: PictureReading | None, model: str, error: str | None = None
) -> dict[str, Any]:
    """One picture as a JSON-ready object.

    `{"path", "faces": [{"box", "label", "abstained", "probabilities", "quality", …}], "model", "error"}`; a
    picture that could not be read has no faces and a sentence in `error`. What is no UTF-8
    in a file name is written as a hexadecimal escape.
    """
    return {
        "path": path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"),
        "faces": [_face_record(reading) for reading in result.readings] if result else [],
        "model": model,
        "digest": result.digest if result else None,
        "milliseconds": {k: round(v, 2) for k, v in result.milliseconds.items()} if result else {},
        "error": error,
    }


def _face_record(reading: Reading) -> dict[str, Any]:
    quality = reading.quality.model_dump() if reading.quality else {}
    return {
        "box": [round(v, 1) for v in reading.box] if reading.box else None,
        "label": reading.label,
        "abstained": str(reading.abstained) if reading.abstained else None,
        "probabilities": {e.value: round(p, 6) for e, p in reading.probabilities.items()},
        "face": round(reading.face, 6) if reading.face is not None else None,
        "quality": {k: round(v, 4) if v is not None else None for k, v in quality.items()},
    }


def to_csv(records: Iterable[dict[str, Any]]) -> str:
    """One line a face, a header first; a picture that could not be read has one line with its error.

    For people who open it in a spreadsheet: no name is taken for a formula.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for record in records:
        writer.writerows(csv_rows(record | {"path": no_formula(record["path"])}))
    return text.getvalue()


def no_formula(text: str) -> str:
    """A name as a cell: programs that open the table would compute what begins like a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


CSV_COLUMNS = (
    *("path", "face", "x", "y", "width", "height", "label", "abstained", "confidence"),
    *EXPRESSIONS,
    *("model", "error"),
)


def csv_rows(record: dict[str, Any]) -> list[list[Any]]:
    """The lines of one record, in `CSV_COLUMNS` order."""
    rows = []
    for number, face in enumerate(record["faces"] or [None], start=1):
        if face is None:
            rows.append(
                [record["path"], *[""] * (len(CSV_COLUMNS) - 3), record["model"], record["error"] or ""]
            )
            continue
        probabilities = face["probabilities"]
        rows.append(
            [
                *(record["path"], number if probabilities else "", *(face["box"] or [""] * 4)),
                *(face["label"] or "", face["abstained"] or "", max(probabilities.values(), default="")),
                *(probabilities.get(e.value, "") for e in EXPRESSIONS),
                *(record["model"], record["error"] or ""),
            ]
        )
    return rows
