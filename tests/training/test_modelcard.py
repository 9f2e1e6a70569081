import json

from core.bundles import find_bundle
from training.modelcard import model_card


def test_card_names_the_honest_score_first_and_what_leaks_as_leaking():
    bundle = find_bundle("ckplus-reference")
    text = model_card(bundle)
    honest, leaking = bundle.card.headline, next(s for s in bundle.card.scores if s.leaks)
    assert text.index(f"{honest.accuracy.value:.1%}") < text.index(f"{leaking.accuracy.value:.1%}")
    assert f"{leaking.accuracy.value:.1%}" in text
    assert "**leaks:**" in text
    assert "must not be used for" in text
    assert bundle.card.terms in text


def test_card_puts_other_models_beside_it():
    champion, other = find_bundle(), find_bundle("ckplus-reference")
    text = model_card(champion, [other])
    assert "| ckplus-reference | CK+48 |" in text
    assert f"| {champion.name} |" in text


def test_every_figure_comes_from_the_card(bundle):
    card = json.loads((bundle.folder / "card.json").read_text())
    text = model_card(bundle)
    for score in card["scores"]:
        assert f"{score['accuracy']['value']:.1%}" in text
        assert f"{score['expected_calibration_error']:.3f}" in text or score["leaks"]
