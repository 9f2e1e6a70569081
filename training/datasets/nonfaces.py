"""Crops that show no face, made from the patterns a detector stumbles over, to learn to refuse."""

import cv2
import numpy as np
import numpy.typing as npt
from skimage import data as sample_pictures

from core.faces import CROP_SIZE
from training.datasets.labelled import LabelledCrops, without_a_face

SOURCE = "made non-face"

PICTURES = (
    "brick",
    "camera",
    "cell",
    "chelsea",
    "coffee",
    "coins",
    "grass",
    "gravel",
    "moon",
    "page",
    "rocket",
    "text",
)
"""Pictures without a human face in scikit-image's wheel. `camera` shows a man from the side: only its lower
half is used."""


def make_nonfaces(face_crops: npt.NDArray[np.uint8], count: int, seed: int) -> LabelledCrops:
    """Make `count` crops without a readable face.

    A third each: windows of faceless pictures; faces cut in tiles and shuffled; and close-ups of a
    corner of a face.

    Args:
        face_crops: uint8 (n, 48, 48, 1) to shuffle and enlarge.
    """
    rng = np.random.default_rng(seed)
    sources = [_grey(getattr(sample_pictures, name)()) for name in PICTURES]
    makers = (
        lambda: _window(sources[rng.integers(len(sources))], rng),
        lambda: _shuffled(face_crops[rng.integers(len(face_crops)), ..., 0], rng),
        lambda: _corner(face_crops[rng.integers(len(face_crops)), ..., 0], rng),
    )
    crops = np.stack([makers[i % 3]() for i in range(count)])[..., None]
    names = np.array([f"made-non-face-{seed}-{i}" for i in range(count)])
    return without_a_face(crops, names, SOURCE)


def _grey(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture[..., :3], cv2.COLOR_RGB2GRAY)
    return np.asarray(grey[grey.shape[0] // 2 :], np.uint8)


def _window(picture: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    side = int(rng.integers(24, min(picture.shape) + 1))
    y, x = (int(rng.integers(0, length - side + 1)) for length in picture.shape)
    window = cv2.resize(
        picture[y : y + side, x : x + side], (CROP_SIZE, CROP_SIZE), interpolation=cv2.INTER_AREA
    )
    return np.asarray(np.rot90(np.asarray(window), int(rng.integers(4))), np.uint8)


def _shuffled(crop: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    tile = int(rng.choice([12, 16, 24]))
    n = CROP_SIZE // tile
    tiles = crop.reshape(n, tile, n, tile).swapaxes(1, 2).reshape(n * n, tile, tile)
    order = np.roll(np.arange(n * n), 1 + rng.integers(n * n - 1)) if n == 2 else rng.permutation(n * n)
    return tiles[order].reshape(n, n, tile, tile).swapaxes(1, 2).reshape(CROP_SIZE, CROP_SIZE)


def _corner(crop: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    side = int(rng.integers(12, 21))
    y, x = (int(rng.choice([0, CROP_SIZE - side])) for _ in range(2))
    corner = crop[y : y + side, x : x + side]
    return np.asarray(cv2.resize(corner, (CROP_SIZE, CROP_SIZE), interpolation=cv2.INTER_CUBIC), np.uint8)
