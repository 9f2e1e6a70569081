"""Crops to calibrated probabilities, on LiteRT, from as many threads as like to call."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from core.bundles import RUNTIME_FILE, Bundle, find_bundle
from core.errors import BundleError
from core.pool import Pool

BATCH: Final = 64
"""Crops handed to the runtime at once: more only takes memory."""

RUNTIME_THREADS: Final = 2


@dataclass(frozen=True, eq=False)
class Answer:
    """What a model says about crops.

    Attributes:
        probabilities: float32 (n, labels), each row sums to 1, in the order of the card's labels.
        face: float32 (n,), probability that the crop shows a face at all; None where the model has no
            opinion.
    """

    probabilities: npt.NDArray[np.float32]
    face: npt.NDArray[np.float32] | None


class Classifier:
    """A bundle ready to answer.

    An interpreter keeps state while it runs, so threads borrow one from a pool.
    """

    def __init__(self, bundle: Bundle, threads: int = RUNTIME_THREADS) -> None:
        self.bundle = bundle
        try:
            model = (bundle.folder / RUNTIME_FILE).read_bytes()
        except OSError:
            raise BundleError(
                f"The model {bundle.name} cannot be opened: restore its folder or choose another model."
            ) from None
        self._interpreters = Pool(lambda: _interpreter(model, threads))
        self._outputs = len(bundle.card.labels) + bundle.card.refuses_non_faces
        try:
            found = self.logits(np.zeros((1, 48, 48, 1), np.uint8)).shape[1]
        except (ValueError, RuntimeError) as error:
            raise BundleError(
                f"The model {bundle.name} cannot be run: restore its folder or choose another model."
            ) from error
        if found != self._outputs:
            raise BundleError(
                f"The model {bundle.name} gives {found} outputs and its card names {self._outputs}: "
                "export it again."
            )

    def answer(self, crops: npt.NDArray[np.uint8]) -> Answer:
        """Classify crops.

        Args:
            crops: uint8 (n, 48, 48, 1), raw grey values; n may be 0.
        """
        logits = self.logits(crops)
        count = len(self.bundle.card.labels)
        face = 1 - softmax(logits)[:, count] if self.bundle.card.refuses_non_faces else None
        return Answer(softmax(logits[:, :count] / self.bundle.card.temperature), face)

    def logits(self, crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Raw outputs, float32 (n, outputs), before temperature and softmax."""
        if crops.dtype != np.uint8 or crops.shape[1:] != (48, 48, 1):
            raise ValueError(f"`crops` must be uint8 (n, 48, 48, 1). Received: {crops.dtype} {crops.shape}")
        if not len(crops):
            return np.empty((0, self._outputs), np.float32)
        return np.concatenate([self._run(crops[i : i + BATCH]) for i in range(0, len(crops), BATCH)])

    def _run(self, crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        with self._interpreters.lend() as interpreter:
            source = interpreter.get_input_details()[0]
            if tuple(source["shape"]) != crops.shape:
                interpreter.resize_tensor_input(source["index"], crops.shape)
                interpreter.allocate_tensors()
            interpreter.set_tensor(source["index"], crops)
            interpreter.invoke()
            return np.asarray(
                interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), np.float32
            )


def _interpreter(model: bytes, threads: int) -> Interpreter:
    interpreter = Interpreter(model_content=model, num_threads=threads)
    interpreter.allocate_tensors()
    return interpreter


def load_classifier(name: str | None = None) -> Classifier:
    """Load a bundle by name, the champion without one; an unchanged bundle is loaded once.

    Raises:
        BundleError: the bundle is unknown or damaged.
    """
    return _load(find_bundle(name))


@lru_cache(maxsize=8)
def _load(bundle: Bundle) -> Classifier:
    return Classifier(bundle)


def softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Softmax over the last axis, float32 (n, k)."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True, initial=-np.inf))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), np.float32)
