import numpy as np
import pytest

from core import faces
from core.activation import activation_map
from core.bundles import Bundle, find_bundle
from core.classifier import Classifier, load_classifier
from core.explanation import PATCH, Explanation, _hide, _log_odds, _shares, explain
from core.expressions import Expression
from training.conversion import Variant
from training.variants import export_variant


@pytest.fixture(scope="module")
def crop(portrait):
    return faces.crop(portrait, [faces.find(portrait)[0].landmarks])[0]


@pytest.fixture(scope="module", params=["mien-8", "ckplus-reference"])
def classifier(request):
    return load_classifier(request.param)


def test_hiding_the_hot_region_costs_more_than_hiding_a_cold_one(classifier, crop):
    found = explain(classifier, crop, Expression.HAPPINESS)
    column = classifier.bundle.card.labels.index(Expression.HAPPINESS)
    whole = _log_odds(classifier, crop[None], column)[0]

    def cost(y: int, x: int) -> float:
        corner = (min(max(y - PATCH // 2, 0), 48 - PATCH), min(max(x - PATCH // 2, 0), 48 - PATCH))
        return float(whole - _log_odds(classifier, _hide(crop, corner)[None], column)[0])

    hot, cold = (np.unravel_index(f(found.heat), (48, 48)) for f in (np.argmax, np.argmin))
    assert cost(*hot) > cost(*cold)
    assert cost(*hot) > 0


def test_smile_is_seen_in_the_mouth(crop):
    regions = explain(load_classifier("mien-8"), crop, Expression.HAPPINESS).regions
    assert sum(regions.values()) == pytest.approx(1)
    assert next(iter(regions)) == "the mouth and chin"


def test_map_without_a_centre_names_no_part():
    heat = np.ones((48, 48), np.float32)
    found = Explanation(Expression.FEAR, heat, _shares(heat), ())
    assert found.notable == ()


def test_other_weights_give_another_map(crop):
    maps = [
        explain(load_classifier(n), crop, Expression.HAPPINESS).heat for n in ("mien-8", "ckplus-reference")
    ]
    assert np.corrcoef(*(heat.ravel() for heat in maps))[0, 1] < 0.9


def test_clear_smile_stays_one_when_mirrored_darkened_or_shifted(crop):
    changes = explain(load_classifier("mien-8"), crop, Expression.HAPPINESS).changes
    assert [change.label for change in changes] == [Expression.HAPPINESS] * 3


def test_flat_crop_has_a_map_without_failing():
    found = explain(load_classifier("mien-8"), np.full((48, 48, 1), 90, np.uint8), Expression.FEAR)
    assert found.heat.shape == (48, 48)
    assert np.isfinite(found.heat).all()


@pytest.fixture(scope="module", params=["float32", "dynamic"])
def pooled(request, tmp_path_factory) -> Bundle:
    """A network that ends in global pooling, with its weights as they are and in int8."""
    bundle = find_bundle("mien-8")
    if request.param == bundle.card.runtime:
        return bundle
    return export_variant(bundle, tmp_path_factory.mktemp("models") / "other", Variant(request.param))


def test_activation_map_adds_up_to_the_logit(pooled, crop):
    classifier, labels = Classifier(pooled), pooled.card.labels
    means = np.array([activation_map(pooled, crop, label).mean() for label in labels])
    biases = classifier.logits(crop[None])[0, : len(labels)] - means
    other = crop[:, ::-1] // 2
    again = np.array([activation_map(pooled, other, label).mean() for label in labels]) + biases
    assert classifier.logits(other[None])[0, : len(labels)] == pytest.approx(again, abs=0.2)


def test_activation_map_of_a_mirrored_face_is_mirrored(crop):
    bundle = find_bundle("mien-8")
    straight, turned = (activation_map(bundle, c, Expression.HAPPINESS) for c in (crop, crop[:, ::-1]))
    assert straight == pytest.approx(turned[:, ::-1], abs=1e-3)


def test_smile_lights_up_below_the_eyes(crop):
    found = activation_map(find_bundle("mien-8"), crop, Expression.HAPPINESS)
    eyes = round(faces.TEMPLATE[:2, 1].mean())
    assert found[eyes:].mean() > found[:eyes].mean()


def test_network_without_global_pooling_has_no_activation_map(crop):
    assert activation_map(find_bundle("ckplus-reference"), crop, Expression.HAPPINESS) is None
