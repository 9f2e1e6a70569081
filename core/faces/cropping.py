"""Faces to 48×48 grey crops, the eyes and mouth on one template."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Picture

CROP_SIZE: Final = 48

TEMPLATE: Final = np.array([[15.1, 18.8], [32.9, 18.8], [24.0, 28.7], [16.7, 36.6], [31.3, 36.6]], np.float32)
"""Where eyes, nose tip and mouth corners go, float32 (5, 2) in crop pixels.

The medians of the detector's landmarks on 2,000 of FER2013's training crops, made symmetric: eye midpoint
(24.0, 18.7), 17.8 px between the eyes, 18.2 px from eyes to mouth. CK+48's are (23.8, 18.8), 17.9 and 17.4,
so one template serves both.
"""

_FITTED: Final = [0, 1, 3, 4]  # the nose tip moves most when the head turns


def crop(picture: Picture, landmarks: Sequence[npt.NDArray[np.float32] | None]) -> npt.NDArray[np.uint8]:
    """Cut one crop a face, turned and scaled so that eyes and mouth lie on `TEMPLATE`.

    Args:
        picture: uint8 (h, w, 3), RGB.
        landmarks: float32 (5, 2) a face, in picture pixels, as in `Face.landmarks`. None takes the whole
            picture as the crop.

    Returns:
        uint8 (n, 48, 48, 1), grey. What lies outside the picture repeats its edge.
    """
    crops = np.empty((len(landmarks), CROP_SIZE, CROP_SIZE, 1), np.uint8)
    for index, points in enumerate(landmarks):
        crops[index, ..., 0] = _shrink(picture) if points is None else _align(picture, points)
    return crops


def _shrink(picture: Picture) -> npt.NDArray[np.uint8]:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if grey.shape != (CROP_SIZE, CROP_SIZE):
        method = cv2.INTER_AREA if min(grey.shape) > CROP_SIZE else cv2.INTER_CUBIC
        grey = cv2.resize(grey, (CROP_SIZE, CROP_SIZE), interpolation=method)
    return np.asarray(grey, np.uint8)


def _align(picture: Picture, points: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    matrix = fit_similarity(points[_FITTED], TEMPLATE[_FITTED])
    # Warping samples single pixels; average a large face down first so that it does not alias.
    x0, y0, x1, y1 = _covered(matrix, picture.shape)
    patch = picture[y0:y1, x0:x1]
    shrink = min(1.0, 2 * float(np.hypot(*matrix[:, 0])))
    size = (max(1, round(patch.shape[1] * shrink)), max(1, round(patch.shape[0] * shrink)))
    ratio = np.divide(patch.shape[1::-1], size)
    if shrink < 1:
        patch = np.asarray(cv2.resize(patch, size, interpolation=cv2.INTER_AREA), np.uint8)
    # Pixel centres: patch pixel p covers picture pixel (p + 1/2) ratio − 1/2 + origin.
    to_picture = np.array([[ratio[0], 0, (ratio[0] - 1) / 2 + x0], [0, ratio[1], (ratio[1] - 1) / 2 + y0]])
    warp = matrix[:, :2] @ to_picture
    warp[:, 2] += matrix[:, 2]
    grey = cv2.cvtColor(np.ascontiguousarray(patch), cv2.COLOR_RGB2GRAY)
    warped = cv2.warpAffine(
        grey, warp, (CROP_SIZE, CROP_SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)


def fit_similarity(
    source: npt.NDArray[np.float32], target: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Fit the shift, turn and scale that bring `source` nearest to `target` (least squares).

    With points as complex numbers z → w the best w = a·z + b has a = Σ conj(z')w' / Σ |z'|², primes
    marking centred points (Umeyama, IEEE PAMI 1991, without reflection).

    Args:
        source, target: float (n, 2), n ≥ 2.

    Returns:
        float64 (2, 3), as `cv2.warpAffine` takes it; a mere shift where all source points are one.
    """
    z = source[:, 0].astype(np.float64) + 1j * source[:, 1]
    w = target[:, 0].astype(np.float64) + 1j * target[:, 1]
    z_centre, w_centre = z.mean(), w.mean()
    spread = float(np.sum(np.abs(z - z_centre) ** 2))
    a = complex(np.sum(np.conj(z - z_centre) * (w - w_centre))) / spread if spread > 1e-9 else 0j
    if abs(a) < 1e-9:
        a = 1 + 0j
    b = w_centre - a * z_centre
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def _covered(matrix: npt.NDArray[np.float64], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The part of the picture that the crop shows, with a margin: x0, y0, x1, y1; never empty."""
    inverse = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0, 1], [CROP_SIZE, 0, 1], [0, CROP_SIZE, 1], [CROP_SIZE, CROP_SIZE, 1]])
    points = corners @ inverse.T
    margin = 2 / max(1e-6, float(np.hypot(*matrix[:, 0])))
    low = np.floor(points.min(axis=0) - margin)
    high = np.ceil(points.max(axis=0) + margin)
    height, width = shape[:2]
    x0, y0 = (int(np.clip(low[i], 0, (width, height)[i] - 1)) for i in (0, 1))
    x1, y1 = (int(np.clip(high[i], (x0, y0)[i] + 1, (width, height)[i])) for i in (0, 1))
    return x0, y0, x1, y1
