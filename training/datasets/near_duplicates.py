"""Groups of crops that are the same or nearly the same picture."""

from hashlib import sha256
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

SIDE: Final = 16
THRESHOLD: Final = 0.95
"""Correlation of two crops at `SIDE` × `SIDE` from which they count as nearly the same.

CK+48: 99.1% of the pairs of one sequence lie above, and 16 of 476,397 pairs of different people (0.003%).
FER2013: 99.8% of the pairs that its `near_group` names lie above. So do 2,295 that it does not name;
of 60 of those, looked at one by one, all but two or three were one photo moved by a pixel or with another
watermark. At 0.90 one chain ties 597 crops together; at 0.95 the largest group has 24.
"""

BLOCK: Final = 512
FLAT: Final = 1.0
"""Grey levels of spread below which a crop is blank and resembles only its exact copies."""


def near_groups(*views: npt.NDArray[np.uint8], threshold: float = THRESHOLD) -> npt.NDArray[np.intp]:
    """Number the groups of near-identical crops; a crop like no other has a number of its own.

    Groups are closed under resemblance: A like B and B like C puts all three together. Takes time by the
    square of n: 3 s for 31,000 crops on two cores.

    Args:
        views: the crops, uint8 (n, 48, 48, 1), and where wished the same ones cut in another way: what
            resembles each other in any view is one group.

    Returns:
        intp (n,), numbered from 0 in order of first appearance.
    """
    groups = exact_groups(views[0])
    for crops in views:
        features = _features(crops)
        for start in range(0, len(features), BLOCK):
            likeness = features[start : start + BLOCK] @ features[start:].T
            left, right = np.nonzero(likeness >= threshold)
            groups = _unite(groups, left + start, right + start)
    return groups


def first_of_their_kind(crops: npt.NDArray[np.uint8], others: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Which crops resemble none of the others and none of themselves before them, bool (n,).

    Args:
        crops: uint8 (n, 48, 48, 1).
        others: uint8 (m, 48, 48, 1).
    """
    _, first = np.unique(near_groups(np.concatenate([others, crops])), return_index=True)
    return np.isin(np.arange(len(crops)) + len(others), first)


def exact_groups(crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    """Number the groups of crops that are the same in every pixel; intp (n,), as in `near_groups`."""
    first: dict[bytes, int] = {}
    return np.array([first.setdefault(crop.tobytes(), len(first)) for crop in crops], np.intp)


def named_groups(groups: npt.NDArray[np.intp], crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.str_]:
    """Name each row's group after its first crop, str (n,): other pictures have the same name nowhere."""
    _, first, member = np.unique(groups, return_index=True, return_inverse=True)
    return np.array([sha256(crop.tobytes()).hexdigest()[:16] for crop in crops[first]], np.str_)[member]


def blank(crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Which crops show next to nothing, bool (n,): that two are the same says nothing of who is on them."""
    return np.asarray(~_features(crops).any(axis=1), np.bool_)


def _features(crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Small copies whose dot products are correlations, float32 (n, 256); blank ones are zero."""
    if not len(crops):
        return np.zeros((0, SIDE * SIDE), np.float32)
    small = np.stack([cv2.resize(crop[..., 0], (SIDE, SIDE), interpolation=cv2.INTER_AREA) for crop in crops])
    values = small.reshape(len(crops), -1).astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    return np.where(length > FLAT * SIDE, values / np.maximum(length, 1e-6), 0).astype(np.float32)


def _unite(
    groups: npt.NDArray[np.intp], left: npt.NDArray[np.intp], right: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Merge the groups of rows that resemble each other."""
    links = groups[left] != groups[right]
    if not links.any():
        return groups
    count = int(groups.max()) + 1
    pairs = (groups[left[links]], groups[right[links]])
    graph = coo_array((np.ones(len(pairs[0]), np.bool_), pairs), shape=(count, count))
    merged = connected_components(graph, directed=False)[1][groups]
    _, first, inverse = np.unique(merged, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse], np.intp)
