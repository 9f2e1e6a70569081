from dataclasses import replace

import numpy as np
import pytest

from core.bundles import find_bundle
from core.classifier import Classifier
from core.corrections import accept_correction, accepted_folder, keep_correction
from core.expressions import Expression
from tests.training.conftest import make_crops
from training.comparing import compare
from training.datasets import read
from training.datasets.labelled import LabelledCrops
from training.evaluation import predict
from training.judged import JUDGED_FILE, keep_judged, pictures_behind
from training.verdict import DISAGREEMENTS_FILE


def test_no_run_keeps_the_picture_of_a_corrected_face(home, tmp_path):
    crops = make_crops(2)
    kept = keep_correction(crops.crops[0], Expression.FEAR, None, "mien-8", "abc")
    accept_correction(kept, "ada")
    corrected = read([accepted_folder()]).crops
    data = LabelledCrops.concatenate([crops, corrected])
    mien = find_bundle("mien-8")
    predictions = predict(Classifier(mien), data)
    keep_judged(tmp_path, predictions, np.full(len(data), "all"))
    with np.load(tmp_path / JUDGED_FILE) as judged:
        assert judged["names"].tolist() == crops.names.tolist()
        assert {len(judged[name]) for name in ("crops", "truth", "scored_as", "probabilities")} == {
            len(crops)
        }
    all_corrected = replace(crops, sources=np.full(len(crops), corrected.sources[0]))
    verdict = compare(find_bundle("ckplus-reference"), mien, all_corrected, leaks=False, folder=tmp_path)
    assert verdict.disagreements == ()
    with np.load(tmp_path / DISAGREEMENTS_FILE) as disagreements:
        assert len(disagreements["crops"]) == 0


@pytest.mark.parametrize("length", [0, 100, None])
def test_pictures_that_were_cut_short_are_none(tmp_path, length):
    predictions = predict(Classifier(find_bundle("mien-8")), make_crops(2))
    keep_judged(tmp_path, predictions, np.full(len(predictions.data), "all"))
    file = tmp_path / JUDGED_FILE
    file.write_bytes(file.read_bytes()[: -200 if length is None else length])
    score = find_bundle("mien-8").card.scores[0]
    assert pictures_behind(tmp_path, score, Expression.FEAR, None) is None
