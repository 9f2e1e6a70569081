"""The rows of FER2013's csv, and the FER+ votes that belong to each."""

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.errors import DataError
from core.expressions import Expression
from core.faces import CROP_SIZE
from training.datasets.tables import read_table
from training.datasets.votes import VOTE_NAMES, Verdict, count_votes

VOTES_NAME: Final = "fer2013new.csv"
LABELS: Final = (
    Expression.ANGER,
    Expression.DISGUST,
    Expression.FEAR,
    Expression.HAPPINESS,
    Expression.SADNESS,
    Expression.SURPRISE,
    Expression.NEUTRAL,
)
"""What the numbers in the column `emotion` mean."""

PIXELS: Final = CROP_SIZE * CROP_SIZE


@dataclass(frozen=True, slots=True)
class Row:
    """One picture as the csv has it.

    Attributes:
        number: of the row, from 0.
        usage: "Training", "PublicTest" or "PrivateTest"; "" where the csv has no such column.
    """

    number: int
    usage: str
    emotion: str
    pixels: str

    @property
    def label(self) -> Expression | None:
        """The expression that `emotion` names."""
        known = {str(number): label for number, label in enumerate(LABELS)}
        return known.get(self.emotion)

    @property
    def crop(self) -> npt.NDArray[np.uint8] | None:
        """`pixels` as uint8 (48, 48, 1), or None where they are not 2,304 numbers from 0 to 255."""
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # NumPy's way to say that text is left over
            try:
                values = np.fromstring(self.pixels, np.int64, sep=" ")
            except (DeprecationWarning, ValueError):
                return None
        if len(values) != PIXELS or values.min() < 0 or values.max() > 255:
            return None
        return values.astype(np.uint8).reshape(CROP_SIZE, CROP_SIZE, 1)


def read_rows(name: str, text: bytes) -> tuple[Row, ...]:
    """Read `fer2013.csv` or, with spaces in its header, `icml_face_data.csv`.

    Raises:
        DataError: a column is missing, or the text is no csv.
    """
    table = read_table(name, text, ("emotion", "pixels"), ("Usage",))
    return tuple(
        Row(number, row.get("Usage", ""), row["emotion"], row["pixels"]) for number, row in enumerate(table)
    )


def read_votes(text: bytes, name: str, rows: tuple[Row, ...]) -> Verdict:
    """Join FER+'s `fer2013new.csv` to the rows of the csv called `name`, first to first and last to last.

    The number in an image name must not be used: it counts only the pictures that FER+ kept. Those that it
    removed have no image name, and no votes here.

    Raises:
        DataError: the two files differ in their rows, or votes are no numbers.
    """
    table = tuple(read_table(VOTES_NAME, text, ("Usage", "Image name", *VOTE_NAMES)))
    if len(table) != len(rows):
        raise DataError(
            f"{VOTES_NAME} does not belong to {name}: it has {len(table):,} rows instead of {len(rows):,}. "
            "Take both as published."
        )
    for voted, row in zip(table, rows, strict=True):
        if row.usage and voted["Usage"] != row.usage:
            raise DataError(
                f"{VOTES_NAME} does not belong to {name}: row {row.number} is {row.usage} in one "
                f"and {voted['Usage'] or 'nothing'} in the other. Take both as published, in their own order."
            )
    try:
        votes = [[float(row[c] or 0) if row["Image name"] else 0.0 for c in VOTE_NAMES] for row in table]
    except ValueError:
        raise DataError(f"{VOTES_NAME} has votes that are no numbers: download it again.") from None
    return count_votes(np.reshape(np.array(votes, np.float32), (-1, len(VOTE_NAMES))), VOTE_NAMES)
