"""Class activation maps (Zhou et al., CVPR 2016), read from the runtime model without Keras.

In a network that ends in global average pooling and one dense layer, a logit is the mean over places of that
layer's weights times the last features: each place's part in it is the map.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from core.bundles import RUNTIME_FILE, Bundle
from core.expressions import Expression
from core.faces.cropping import CROP_SIZE
from core.pool import Pool

POOLING: Final = "MEAN"
DENSE: Final = "FULLY_CONNECTED"
MIRROR: Final = "REVERSE_V2"


@dataclass(frozen=True)
class _Head:
    """A pooling followed by a dense layer, by tensor numbers.

    Attributes:
        mirrored: whether its features are those of the mirrored crop.
    """

    features: int
    weights: int
    mirrored: bool


def activation_map(
    bundle: Bundle, crop: npt.NDArray[np.uint8], label: Expression
) -> npt.NDArray[np.float32] | None:
    """Where in a crop an expression lights up; takes a few milliseconds.

    Args:
        crop: uint8 (48, 48, 1), as the model saw it.
        label: one that the model knows.

    Returns:
        float32 (48, 48), each pixel's part in the logit; None where the network does not end in global
        average pooling and one dense layer.
    """
    model = _model(bundle)
    column = bundle.card.labels.index(label)
    with model.lend() as interpreter:
        heads = _heads(interpreter)
        if not heads:
            return None
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], crop[None])
        interpreter.invoke()
        maps = [_map(interpreter, head, column) for head in heads]
    return np.asarray(
        cv2.resize(np.mean(maps, axis=0), (CROP_SIZE, CROP_SIZE), interpolation=cv2.INTER_CUBIC), np.float32
    )


def _map(interpreter: Interpreter, head: _Head, column: int) -> npt.NDArray[np.float32]:
    features = _real(interpreter, head.features)[0]
    found = features @ _real(interpreter, head.weights)[column]
    return np.asarray(found[:, ::-1] if head.mirrored else found, np.float32)


def _real(interpreter: Interpreter, number: int) -> npt.NDArray[np.float32]:
    """A tensor in real numbers: real = scale · (kept − zero point), one pair for all or one a row.

    Jacob et al., CVPR 2018.
    """
    kept = interpreter.get_tensor(number)
    if kept.dtype == np.float32:
        return np.asarray(kept)
    detail = next(d for d in interpreter.get_tensor_details() if d["index"] == number)
    scales, zeros = (detail["quantization_parameters"][name] for name in ("scales", "zero_points"))
    if len(scales) > 1:
        shape = [
            -1 if axis == detail["quantization_parameters"]["quantized_dimension"] else 1
            for axis in range(kept.ndim)
        ]
        scales, zeros = scales.reshape(shape), zeros.reshape(shape)
    return np.asarray(scales * (kept.astype(np.float32) - zeros), np.float32)


@lru_cache(maxsize=4)
def _model(bundle: Bundle) -> Pool[Interpreter]:
    content = (bundle.folder / RUNTIME_FILE).read_bytes()
    return Pool(lambda: _interpreter(content))


def _interpreter(content: bytes) -> Interpreter:
    """One that keeps what lies between input and output, which the fast kernels do not."""
    interpreter = Interpreter(
        model_content=content,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    return interpreter


def _heads(interpreter: Interpreter) -> list[_Head]:
    """Dense layers that read a pooling of (h, w, channels) features and give the logits."""
    steps: list[dict[str, Any]] = interpreter._get_ops_details()  # the only way to see a graph
    makers = {int(output): step for step in steps for output in step["outputs"]}
    shapes = {int(tensor["index"]): tuple(tensor["shape"]) for tensor in interpreter.get_tensor_details()}
    heads = []
    for step in steps:
        pooling = makers.get(int(step["inputs"][0])) if step["op_name"] == DENSE else None
        if pooling is not None and pooling["op_name"] == POOLING:
            features = int(pooling["inputs"][0])
            if len(shapes[features]) == 4 and shapes[int(step["inputs"][1])][1] == shapes[features][3]:
                mirrored = _rests_on(MIRROR, features, makers)
                heads.append(_Head(features, int(step["inputs"][1]), mirrored))
    return heads


def _rests_on(kind: str, tensor: int, makers: dict[int, dict[str, Any]]) -> bool:
    """Whether an operation of a kind lies on the way to a tensor."""
    waiting, seen = [tensor], set[int]()
    while waiting:
        step = makers.get(waiting.pop())
        if step is None or step["index"] in seen:
            continue
        if step["op_name"] == kind:
            return True
        seen.add(step["index"])
        waiting += [int(one) for one in step["inputs"]]
    return False
