"""Cut crops again on the template that serving uses, so that training and serving see the same framing."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core import faces
from core.durable import staged_file
from core.settings import settings
from training.datasets.labelled import LabelledCrops


def recut(data: LabelledCrops) -> LabelledCrops:
    """Return `data` with each crop cut as `core` would cut it; one with no face found stays as it is.

    Crops that are `framed` already are not cut again.
    """
    rows = np.flatnonzero(~data.framed)
    if not len(rows):
        return data
    crops = data.crops.copy()
    crops[rows] = _recut_all(data.take(rows))
    return replace(data, crops=crops, framed=np.ones(len(data), np.bool_))


def _recut_all(data: LabelledCrops) -> npt.NDArray[np.uint8]:
    """Crops cut again; kept in the cache folder, by digest, since 30,000 take a minute."""
    cached = settings().cache / f"recut-{data.digest[:16]}-{_cutting_tag()}.npy"
    with suppress(OSError, ValueError, EOFError):  # none yet, or one that a kill left in pieces
        return np.asarray(np.load(cached), np.uint8)
    with ThreadPoolExecutor() as pool:
        crops = np.stack(list(pool.map(_recut_one, _rgb(data.crops))))
    with suppress(OSError), staged_file(cached) as staged:  # a full disk costs the next call a minute
        np.save(staged, crops)
    return crops


def _rgb(crops: npt.NDArray[np.uint8]) -> Iterable[npt.NDArray[np.uint8]]:
    return (np.asarray(cv2.cvtColor(crop, cv2.COLOR_GRAY2RGB), np.uint8) for crop in crops)


def _recut_one(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.asarray(faces.crop(picture, [faces.find_in_crop(picture).landmarks])[0], np.uint8)


@lru_cache(maxsize=1)
def _cutting_tag() -> str:
    """Another one whenever what finds and cuts faces changes."""
    files = sorted(Path(faces.__file__).parent.glob("*"))
    content = b"".join(file.read_bytes() for file in files if file.suffix in {".py", ".onnx"})
    return hashlib.sha256(content).hexdigest()[:8]
