"""FER2013 crops with the votes of FER+'s ten annotators (Barsoum et al., ICMI 2016), in Mien's npz form."""

from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from core.errors import DataError
from core.expressions import EXPRESSIONS
from training.datasets.labelled import COLUMNS, NOT_A_FACE, LabelledCrops, without_a_face

SOURCE: Final = "FER+"
FIELDS: Final = ("images", "votes", "vote_names", "near_group")


def read_ferplus_folder(path: Path) -> LabelledCrops:
    """Read a folder of `train*.npz` to learn from, `valid.npz` to be judged on, and `not-a-face.npz`.

    Training rows that are the same or nearly the same picture as one in `valid.npz` are dropped, and of
    each such group within it one stays.

    Raises:
        DataError: no training file is there, or a file cannot be used.
    """
    files = sorted(path.glob("train*.npz"))
    if not files:
        raise DataError(f"{path} has no train*.npz: it holds no FER+ data in Mien's form.")
    train = LabelledCrops.concatenate([read_ferplus(file, "train") for file in files])
    parts = [train]
    if (path / "valid.npz").exists():
        test = read_ferplus(path / "valid.npz", "test")
        first_of_group = np.sort(np.unique(test.sequences, return_index=True)[1])
        parts = [train.take(~np.isin(train.sequences, test.sequences)), test.take(first_of_group)]
    if (path / "not-a-face.npz").exists():
        parts.append(read_not_a_face(path / "not-a-face.npz"))
    return LabelledCrops.concatenate(parts)


def read_ferplus(path: Path, part: str = "") -> LabelledCrops:
    """Read one npz file; rows whose majority is unclear are dropped.

    FER+'s own rule: single votes count as noise and are set to zero; rows whose top is tied or is
    "unknown" or "not a face" are dropped. What remains, without "unknown", is the target distribution.

    Raises:
        DataError: the file is missing, damaged or lacks one of `FIELDS`.
    """
    arrays = _load(path, FIELDS)
    votes = arrays["votes"].astype(np.float32)
    votes[votes < 2] = 0
    names = [str(name) for name in arrays["vote_names"]]
    top = np.sort(votes, axis=1)
    clear = top[:, -1] > top[:, -2]
    expressive = ~np.isin(votes.argmax(axis=1), [names.index("unknown"), names.index("NF")])
    rows = clear & expressive
    targets = np.zeros((len(votes), COLUMNS), np.float32)
    targets[:, : len(EXPRESSIONS)] = votes[:, [names.index(e) for e in EXPRESSIONS]]
    targets[:, NOT_A_FACE] = votes[:, names.index("NF")]
    targets /= targets.sum(axis=1, keepdims=True).clip(1)
    groups = np.array([f"{SOURCE}-{group}" for group in arrays["near_group"]])
    n = len(votes)
    return LabelledCrops(
        arrays["images"][..., None], targets, np.full(n, ""), groups, np.full(n, SOURCE), np.full(n, part)
    ).take(rows)


def read_not_a_face(path: Path) -> LabelledCrops:
    """Read the crops that FER+ marked as showing no face."""
    images = _load(path, ("images",))["images"]
    names = np.array([f"not-a-face-{i}" for i in range(len(images))])
    return without_a_face(images[..., None], names, "not a face")


def majority_share(data: LabelledCrops) -> npt.NDArray[np.float32]:
    """Share of the remaining votes that the top class holds, float32 (n,)."""
    return np.asarray(data.targets.max(axis=1), np.float32)


def _load(path: Path, names: tuple[str, ...]) -> dict[str, npt.NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in names}
    except FileNotFoundError:
        raise DataError(f"There is no data at {path}: check the path.") from None
    except KeyError as error:
        raise DataError(f"{path.name} lacks the array {error}: it needs {', '.join(names)}.") from None
    except (OSError, ValueError, EOFError, BadZipFile):
        raise DataError(f"{path.name} is not a readable npz file: copy it again.") from None
