"""The data of one run, taken apart."""

import numpy as np
import pytest

from core.errors import DataError
from core.expressions import EXPRESSIONS
from tests.training.conftest import SHOWN, make_crops, make_recipe
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.runs import take_apart
from training.splits import Split


def nonfaces(count: int) -> LabelledCrops:
    """Crops that show nobody, each by itself."""
    rng = np.random.default_rng(1)
    targets = np.zeros((count, make_crops(1).targets.shape[1]), np.float32)
    targets[:, NOT_A_FACE] = 1
    names = np.array([f"none {number}" for number in range(count)])
    crops = rng.integers(0, 255, (count, 48, 48, 1), dtype=np.uint8)
    return LabelledCrops(
        crops, targets, np.full(count, ""), names, np.full(count, "CK+48"), np.full(count, ""), names
    )


def test_crops_without_a_face_alone_are_nothing_to_choose_by():
    """Each expression is shown by one person alone, so that nobody can be spared."""
    faces = make_crops(3, frames=2)
    shown_by = zip(faces.labels, faces.subjects, strict=True)
    own = [EXPRESSIONS[label] == SHOWN[int(person[1:])] for label, person in shown_by]
    data = LabelledCrops.concatenate([faces.take(own), nonfaces(40)])
    everything = Split("subject", np.arange(len(data)), np.array([], np.intp), 0.0, None)
    with pytest.raises(DataError, match="Too little is left"):
        take_apart(data, make_recipe(), everything, 0)
