"""YuNet (Wu, Peng & Yu, Machine Intelligence Research 2023): one look for faces of about 12 to 300 px."""

from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from core.images import Picture
from core.processors import available_cores

MODEL: Final = Path(__file__).with_name("yunet.onnx")
SCORE_THRESHOLD: Final = 0.6
OVERLAP_THRESHOLD: Final = 0.3
STRIDES: Final = (8, 16, 32)
"""Pixels between the places at which it looks, fine to coarse."""

MOST_THREADS: Final = 4
"""For one look; more looks at once share them."""


def look(picture: Picture) -> npt.NDArray[np.float32]:
    """Find faces in a picture at its own scale; any number of threads may do so at once.

    Args:
        picture: uint8 (h, w, 3), RGB.

    Returns:
        float32 (n, 15), best first, in pixels: left, top, width and height of the box, x and y of both eyes,
        nose tip and mouth corners (those of the person's right side first), and the score, 0 to 1.
    """
    height, width = picture.shape[:2]
    down, right = -height % STRIDES[-1], -width % STRIDES[-1]
    if down or right:
        picture = np.asarray(cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_CONSTANT), np.uint8)
    outputs = _session().run(None, {"input": cv2.dnn.blobFromImage(picture, swapRB=True)})
    scores, objects, boxes, points = (
        [values[0] for values in outputs[kind : kind + len(STRIDES)]] for kind in range(0, 12, len(STRIDES))
    )
    columns = [(width + right) // stride for stride in STRIDES]
    found = np.concatenate(list(map(_decode, scores, objects, boxes, points, STRIDES, columns)))
    return found[suppress(found)]


def suppress(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    """Which of the rows of `look` to keep, best first, where several stand for one face: int (k,)."""
    kept = cv2.dnn.NMSBoxes(rows[:, :4].tolist(), rows[:, 14].tolist(), SCORE_THRESHOLD, OVERLAP_THRESHOLD)
    return np.ravel(kept).astype(np.intp)


def _decode(
    scores: npt.NDArray[np.float32],
    objects: npt.NDArray[np.float32],
    boxes: npt.NDArray[np.float32],
    points: npt.NDArray[np.float32],
    stride: int,
    columns: int,
) -> npt.NDArray[np.float32]:
    """The rows of one stride: centres and landmarks are told from each place, sizes as logarithms."""
    score = np.sqrt(np.clip(scores[:, 0], 0, 1) * np.clip(objects[:, 0], 0, 1))
    sure = np.flatnonzero(score >= SCORE_THRESHOLD)
    places = np.stack([sure % columns, sure // columns], axis=1).astype(np.float32)
    sizes = np.exp(boxes[sure, 2:]) * stride
    corners = (places + boxes[sure, :2]) * stride - sizes / 2
    landmarks = (points[sure] + np.tile(places, 5)) * stride
    return np.hstack([corners, sizes, landmarks, score[sure, None]]).astype(np.float32)


@lru_cache(maxsize=1)
def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(MOST_THREADS, available_cores())
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
