"""Whether a bundle is as good for one group of people as for another."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from core.bundles import GroupScore
from core.errors import DataError
from training.datasets.tables import read_table
from training.evaluation.intervals import share_interval
from training.evaluation.predictions import Predictions
from training.evaluation.refusal import unanswered
from training.evaluation.scoring import called, count_people
from training.splits import groups as people

log = logging.getLogger(__name__)


def read_groups(file: Path) -> dict[str, dict[str, str]]:
    """Groups by picture, from a csv with the column `file` and one column an attribute.

    Raises:
        DataError: it cannot be read, has no attribute, or puts a picture into two groups.
    """
    try:
        rows = list(read_table(file.name, file.read_bytes(), ("file",)))
    except OSError as error:
        raise DataError(f"The groups table {file} cannot be read: {error.strerror}.") from None
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        picture = normalize("NFC", row.pop("file").replace("\\", "/"))
        told = found.setdefault(picture, {})
        for name, value in ((name, normalize("NFC", value)) for name, value in row.items()):
            if name and value and told.setdefault(name, value) != value:
                raise DataError(
                    f"{file.name} says of {picture} that its {name} is {told[name]} and {value}: leave one."
                )
    if not any(found.values()):
        raise DataError(f"{file.name} names no groups: add a column beside `file`, such as age.")
    return found


def measure_groups(
    predictions: Predictions, table: Mapping[str, Mapping[str, str]], leaks: bool = False
) -> tuple[GroupScore, ...]:
    """Score each group by itself, attribute by attribute, larger groups first.

    Args:
        table: groups by the name of a picture, as `read_groups` gives them.
        leaks: whether the bundle learned from the judged pictures.

    Raises:
        DataError: none of the judged pictures is in the table, or two data sets have one that is.
    """
    names, keys = _names(predictions), people(predictions.data)
    _require_one_source(predictions, table)
    judged = set(names)
    if absent := [name for name in table if name not in judged]:
        log.warning(
            "the groups table names %d pictures that are not among the judged ones, such as %s",
            len(absent),
            absent[0],
        )
    lost = unanswered(predictions)
    right = predictions.guess == predictions.truth
    attributes = list(dict.fromkeys(name for row in table.values() for name in row))
    found = []
    for attribute in attributes:
        values = np.array([table.get(name, {}).get(attribute, "") for name in names])
        for group in np.unique(values[values != ""]):
            rows = np.flatnonzero(values == group)
            found.append(
                GroupScore(
                    attribute=attribute,
                    group=str(group),
                    data=called(predictions.data.take(rows)),
                    leaks=leaks,
                    n=len(rows),
                    people=count_people(predictions.data.take(rows)),
                    accuracy=share_interval(_share(right[rows]), keys[rows]),
                    unanswered=float(lost[rows].mean()),
                )
            )
    if not found:
        raise DataError(
            "None of the judged pictures is in the groups table: name them as in the data, folder first."
        )
    return tuple(sorted(found, key=lambda one: (attributes.index(one.attribute), -one.n)))


def _require_one_source(predictions: Predictions, table: Mapping[str, Mapping[str, str]]) -> None:
    owners: dict[str, str] = {}
    for name, source in zip(_names(predictions), predictions.data.sources.tolist(), strict=True):
        if name in table and owners.setdefault(name, source) != source:
            raise DataError(
                f"{owners[name]} and {source} both have a picture {name}, and the groups table does not say "
                "which it means: judge one data set at a time."
            )


def _names(predictions: Predictions) -> list[str]:
    """Of the pictures, each letter as one character, as in the table."""
    return [normalize("NFC", name) for name in predictions.data.names.tolist()]


def _share(hits: npt.NDArray[np.bool_]) -> Callable[[npt.NDArray[np.intp]], float]:
    return lambda drawn: float(hits[drawn].mean())
