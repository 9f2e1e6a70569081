"""Find every face in a picture, near or far."""

import math
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from core.allocator import keep_freed_memory
from core.faces.cropping import crop
from core.faces.face import Box, Face
from core.faces.quality import measure_quality
from core.faces.yunet import look, suppress
from core.images import Picture

NEAR_SIDE: Final = 288
NEAR_BORDER: Final = 0.25
"""Longest side and border of the copy for large faces. A 48 px face crop is enlarged four times by it,
which finds 3,414 of FER+ valid's 3,579 and all of CK+48's; frames filled by a face: 32 of 32 portraits."""

FAR_SCALE: Final = 0.75
FAR_SIDE: Final = 1920
"""Scale and longest side of the copy for small faces; of larger pictures parts are looked at in this scale.
Of 32 portraits pasted into a 1280×720 photo at 20 px, 30 are found at this scale, 25 at 0.6 and 16 at 0.5;
without scaling all 32, for twice the time."""

PART_SCORE: Final = 0.8
"""Score from which a face counts that only a part showed. Of 32 portraits pasted into 4000×3000 at 20 px, 29
are found so, at 24 px 30, at 32 px all; of what was invented in portraits enlarged to 4000 px one stays."""

LARGEST_FAR_FACE: Final = 300
"""Pixels in the far copy. YuNet invents faces within faces that are larger, and the near copy shows those:
without this, 130 of 660 close-ups of 33 portraits gave more than one face, with it 14."""

keep_freed_memory()


def find(picture: Picture) -> tuple[Face, ...]:
    """Find all faces, largest first, from 20 px to those that fill the picture.

    YuNet sees faces of about 12 to 300 px, so it looks twice: at a small copy with a border, for faces
    that fill the frame, and at a larger one for those far away. Of a picture so large that this copy would
    lose the smallest faces, it also looks at parts, one after the other.

    Args:
        picture: uint8 (h, w, 3), RGB.
    """
    near_scale = NEAR_SIDE / (1 + 2 * NEAR_BORDER) / max(picture.shape[:2])
    far_scale = min(FAR_SCALE, FAR_SIDE / max(picture.shape[:2]))
    if far_scale > near_scale:
        far_copy = _scale(picture, far_scale)
        far = _detect(far_copy, picture)
        far = far[far[:, 2:4].max(axis=1) <= LARGEST_FAR_FACE / far_scale]
        near_copy = _scale(far_copy, near_scale / far_scale)  # five times as fast as from the picture
    else:
        far = np.empty((0, 15), np.float32)
        near_copy = _scale(picture, near_scale)
    rows = np.concatenate([_detect(near_copy, picture, NEAR_BORDER), far])
    if far_scale < FAR_SCALE:
        rows = rows[suppress(rows)]
        rows = np.concatenate([rows, _outside(rows, _in_parts(picture))])
    faces = [_face(picture, row) for row in rows[suppress(rows)]]
    return tuple(sorted(faces, key=lambda face: -face.box.area if face.box else 0.0))


def find_in_crop(picture: Picture) -> Face:
    """Take a picture that is a face crop already as one face.

    Its landmarks are used where the largest face found fills a quarter of the picture; else the whole
    picture is the face, with neither box nor landmarks.
    """
    height, width = picture.shape[:2]
    found = find(picture)
    if found and found[0].box is not None and found[0].box.area >= height * width / 4:
        return found[0]
    quality = measure_quality(crop(picture, [None])[0], float(min(height, width)), None)
    return Face(box=None, landmarks=None, score=0.0, quality=quality)


def _scale(picture: Picture, scale: float) -> Picture:
    height, width = picture.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Averaging costs six times as much, and matters only where one pixel stands for more than four.
    method = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)


def _detect(copy: Picture, picture: Picture, border: float = 0.0) -> npt.NDArray[np.float32]:
    """Look at a scaled copy; return the rows of `look` in picture pixels."""
    height, width = picture.shape[:2]
    size = copy.shape[1], copy.shape[0]
    right, down = round(border * size[0]), round(border * size[1])
    framed = cv2.copyMakeBorder(copy, down, down, right, right, cv2.BORDER_REPLICATE) if border else copy
    rows = look(np.asarray(framed, np.uint8))
    rows[:, 4:14:2] -= right
    rows[:, 5:14:2] -= down
    rows[:, :2] -= (right, down)
    rows[:, :14] *= np.tile((width / size[0], height / size[1]), 7)
    # On a strip a few pixels wide the detector answers with numbers that mean nothing.
    rows = rows[(np.abs(rows) < 1e6).all(axis=1)]
    centres = rows[:, :2] + rows[:, 2:4] / 2
    return rows[((centres >= 0) & (centres <= (width, height)) & (rows[:, 2:4] >= 1)).all(axis=1)]


def _in_parts(picture: Picture) -> npt.NDArray[np.float32]:
    """Faces up to `LARGEST_FAR_FACE` in overlapping parts of a picture, rows in its pixels.

    Parts overlap by the largest of these faces, so each is whole in one of them; what an inner edge cuts is
    left to that one.
    """
    found = [np.empty((0, 15), np.float32)]
    for top, bottom in _parts(picture.shape[0]):
        for left, right in _parts(picture.shape[1]):
            part = picture[top:bottom, left:right]
            rows = _detect(_scale(part, FAR_SCALE), part)
            small = rows[:, 2:4].max(axis=1) <= LARGEST_FAR_FACE / FAR_SCALE
            rows = rows[small & (rows[:, 14] >= PART_SCORE)]
            rows[:, [0, *range(4, 14, 2)]] += left
            rows[:, [1, *range(5, 14, 2)]] += top
            ends = rows[:, :2] + rows[:, 2:4]
            cut = (rows[:, 0] <= left) & (left > 0) | (ends[:, 0] >= right) & (right < picture.shape[1])
            cut |= (rows[:, 1] <= top) & (top > 0) | (ends[:, 1] >= bottom) & (bottom < picture.shape[0])
            found.append(rows[~cut])
    return np.concatenate(found)


def _parts(length: int) -> list[tuple[int, int]]:
    """Cover a side by as few parts as the far copy's size allows, all of one length."""
    overlap = LARGEST_FAR_FACE / FAR_SCALE
    count = max(1, math.ceil((length - overlap) / (FAR_SIDE / FAR_SCALE - overlap)))
    step = (length - overlap) / count
    return [(round(step * i), min(length, round(step * (i + 1) + overlap))) for i in range(count)]


def _outside(larger: npt.NDArray[np.float32], rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Leave out what lies inside a face twice its size: an eye or a fold of it, not another face."""
    centres = (rows[:, :2] + rows[:, 2:4] / 2)[:, None]
    inside = (centres >= larger[None, :, :2]) & (centres <= larger[None, :, :2] + larger[None, :, 2:4])
    dwarfed = rows[:, None, 2] * 2 < larger[None, :, 2]
    return rows[~(inside.all(axis=2) & dwarfed).any(axis=1)]


def _face(picture: Picture, row: npt.NDArray[np.float32]) -> Face:
    box = Box(*(float(value) for value in row[:4]))
    landmarks = row[4:14].reshape(5, 2)
    quality = measure_quality(crop(picture, [landmarks])[0], min(box.width, box.height), landmarks)
    return Face(box, landmarks, float(row[14]), quality)
