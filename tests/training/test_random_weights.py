"""A map must say something about what was learned (Adebayo et al., Sanity Checks for Saliency Maps, 2018)."""

import shutil

import numpy as np
import pytest

from core import faces
from core.activation import activation_map
from core.bundles import KERAS_FILE, Bundle, find_bundle
from core.bundles.store import read_bundle
from core.classifier import Classifier
from core.explanation import explain
from core.expressions import Expression
from training import exporting
from training.cards import write_card
from training.networks import load_network, members


@pytest.fixture(scope="module")
def randomised(tmp_path_factory) -> Bundle:
    """The shipped network with each of its weights shuffled."""
    shipped = find_bundle("mien-8")
    network = load_network(shipped.folder / KERAS_FILE)
    rng = np.random.default_rng(0)
    for each in members(network):
        each.set_weights([rng.permuted(w.ravel()).reshape(w.shape) for w in each.get_weights()])
    folder = tmp_path_factory.mktemp("models") / "mien-8"
    shutil.copytree(shipped.folder, folder)
    files = exporting.write_runtime_model(network, folder)
    write_card(shipped.card.model_copy(update={"files": files}), folder)
    return read_bundle(folder)


def test_map_follows_the_weights_more_than_the_face(randomised, portrait):
    """A face that is turned over gives nearly the same map; weights that are shuffled give another."""
    crop = faces.crop(portrait, [faces.find(portrait)[0].landmarks])[0]
    for heat in (
        lambda bundle, crop: explain(Classifier(bundle), crop, Expression.HAPPINESS).heat,
        lambda bundle, crop: activation_map(bundle, crop, Expression.HAPPINESS),
    ):
        learned = heat(find_bundle("mien-8"), crop)
        turned = heat(find_bundle("mien-8"), crop[:, ::-1])[:, ::-1]
        shuffled = heat(randomised, crop)
        same, other = (np.corrcoef(learned.ravel(), one.ravel())[0, 1] for one in (turned, shuffled))
        assert same > 0.9
        assert other < same - 0.2
