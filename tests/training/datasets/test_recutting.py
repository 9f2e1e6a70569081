import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from core import faces
from core.expressions import Expression
from training.datasets.labelled import LabelledCrops, one_hot
from training.datasets.recutting import _cutting_tag, recut


def test_crops_are_cut_as_serving_cuts_them_and_kept(home, portrait):
    face = cv2.resize(portrait[60:180, 165:285], (48, 48), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    noise = np.random.default_rng(0).integers(0, 256, (48, 48), dtype=np.uint8)
    names = np.array(["", ""])
    labels = one_hot([Expression.HAPPINESS, Expression.FEAR])
    data = LabelledCrops(np.stack([grey, noise])[..., None], labels, *[names] * 5)
    cut = recut(data).crops
    picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
    assert np.array_equal(cut[0], faces.crop(picture, [faces.find_in_crop(picture).landmarks])[0])
    assert not np.array_equal(cut[0, ..., 0], grey)
    assert np.array_equal(cut[1, ..., 0], noise)
    (kept,) = (home / "cache").iterdir()
    assert np.array_equal(np.load(kept), recut(data).crops)
    kept.write_bytes(kept.read_bytes()[:200])  # as a kill in mid-write would leave it
    assert np.array_equal(recut(data).crops, cut)
    assert np.array_equal(np.load(kept), cut)


def test_crops_on_the_template_are_not_blurred_by_a_second_cut(home, portrait):
    picture = np.array(portrait)
    once = faces.crop(picture, [faces.find(picture)[0].landmarks])
    names = np.array(["portrait"])
    data = LabelledCrops(once, one_hot([Expression.HAPPINESS]), *[names] * 5, framed=np.array([True]))
    assert np.array_equal(recut(data).crops, once)
    assert not np.array_equal(recut(replace(data, framed=np.array([False]))).crops, once)
    assert recut(data).framed.all()


@pytest.mark.parametrize("name", ["yunet.onnx", "cropping.py"])
def test_crops_are_cut_anew_once_what_cuts_them_changes(tmp_path, monkeypatch, name):
    folder = shutil.copytree(Path(faces.__file__).parent, tmp_path / "faces")
    monkeypatch.setattr(faces, "__file__", str(folder / "__init__.py"))
    _cutting_tag.cache_clear()
    before = _cutting_tag()
    with (folder / name).open("ab") as file:
        file.write(b"#")
    _cutting_tag.cache_clear()
    after = _cutting_tag()
    _cutting_tag.cache_clear()
    assert after != before
