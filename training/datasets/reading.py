"""Find out what kind of data set lies at a path, and read it."""

from collections.abc import Sequence
from pathlib import Path

from core.errors import DataError
from training.datasets.ckplus import read_ckplus
from training.datasets.ferplus import read_ferplus, read_ferplus_folder
from training.datasets.labelled import LabelledCrops


def read(paths: Sequence[Path]) -> LabelledCrops:
    """Read data sets into one.

    `.npz` files and folders of them are FER+ votes; other folders and zips are CK+48.

    Raises:
        DataError: with what to mend.
    """
    return LabelledCrops.concatenate([_read_one(path) for path in paths])


def _read_one(path: Path) -> LabelledCrops:
    if not path.exists():
        raise DataError(f"There is no data at {path}: check the path.")
    if path.suffix == ".npz":
        return read_ferplus(path)
    if path.is_dir() and any(path.glob("*.npz")):
        return read_ferplus_folder(path)
    return read_ckplus(path)
