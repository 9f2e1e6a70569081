import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.bundles import GroupScore, Interval, Refusal, find_bundle
from core.bundles.limits import SAID_BEFORE, UNMEASURED, limits_told
from training.datasets.drawn import SOURCE as DRAWN
from training.modelcard import model_card
from training.named import UNCUT
from training.registry import Promotion
from training.terms import learned_nonfaces, limits_of, terms_of


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


def test_what_a_person_typed_is_shown_as_it_is_and_asks_no_other_server():
    note = "![x](https://example.org/p.png) | better\non our photos"
    promotion = Promotion(
        time=datetime(2026, 1, 2, tzinfo=UTC),
        action="promote",
        name="mien-8",
        digest="abc",
        previous=None,
        by="<b>Ada</b>",
        note=note,
    )
    (row,) = (
        line
        for line in model_card(find_bundle("mien-8"), promotions=[promotion]).splitlines()
        if "Ada" in line
    )
    assert r"\!\[x\](https://example.org/p.png) \| better on our photos |" in row
    assert r"\<b\>Ada" in row


def test_every_figure_comes_from_the_card(bundle):
    card = json.loads((bundle.folder / "card.json").read_text())
    text = model_card(bundle)
    for score in card["scores"]:
        assert f"{score['accuracy']['value']:.1%}" in text
        assert f"{score['expected_calibration_error']:.3f}" in text or score["leaks"]


def test_refusal_of_what_was_learned_before_is_named_as_leaking():
    bundle = find_bundle("mien-8")
    refusal = Refusal(nonfaces=158, nonfaces_refused=0.956, faces=981, faces_refused=0.01)
    for leaks, told in ((False, "that it never saw"), (True, "had learned from some of them")):
        card = bundle.card.model_copy(update={"refusal": refusal.model_copy(update={"leaks": leaks})})
        assert told in model_card(replace(bundle, card=card))


def test_card_says_how_much_leaks_and_how_many_faces_get_no_label():
    bundle = find_bundle("ckplus-reference")
    honest, *_, leaking = bundle.card.scores
    assert f"Of the {honest.n} faces of CK+48, {1 - honest.coverage:.1%} get no label" in model_card(bundle)
    scores = (honest, leaking.model_copy(update={"leak": 0.97}))
    text = model_card(replace(bundle, card=bundle.card.model_copy(update={"scores": scores})))
    assert f"**leaks:** {leaking.protocol}; 97% of the test frames have a sibling in training" in text


def test_scores_alike_in_name_are_told_apart(bundle):
    first = bundle.card.scores[0]
    again = first.model_copy(update={"n": 7})
    text = model_card(replace(bundle, card=bundle.card.model_copy(update={"scores": (first, again)})))
    assert text.count(f"{first.how} |") == text.count("; by another training of this recipe |") == 2


def test_score_of_another_training_is_never_told_as_the_models_own(bundle):
    first = bundle.card.scores[0].model_copy(update={"own": False})
    text = model_card(replace(bundle, card=bundle.card.model_copy(update={"scores": (first,)})))
    assert f"of {first.n} crops: {first.how}; by another training of this recipe." in text
    folds = first.model_copy(update={"protocol": "10 folds: nobody in the test part was seen in training"})
    text = model_card(replace(bundle, card=bundle.card.model_copy(update={"scores": (folds,)})))
    assert "another training" not in text, "folds say so by themselves"


def test_size_of_what_is_served_is_said(bundle):
    assert f"{(bundle.folder / 'model.tflite').stat().st_size / 1e6:.2f} MB to serve" in model_card(bundle)


def test_data_set_that_nobody_knows_has_its_own_terms():
    assert terms_of(["CK+48", "my-pictures", "made non-face"]).endswith(
        "The data's own terms apply to what was learned from my-pictures."
    )
    assert "own terms" not in terms_of(["CK+48", "FER+", "not a face", "made non-face"])


@pytest.mark.parametrize("measured", [False, True])
def test_limit_on_groups_holds_as_long_as_they_were_not_measured(bundle, measured):
    group = GroupScore(
        attribute="age", group="young", n=40, accuracy=Interval(value=0.8, low=0.7, high=0.9), unanswered=0.1
    )
    limits = tuple({*bundle.card.limits, *SAID_BEFORE})  # as cards of older models say it
    card = bundle.card.model_copy(update={"groups": (group,) if measured else (), "limits": limits})
    told = limits_told(card)
    assert ("for another was not measured" in " ".join(told)) is not measured
    assert "neither age, gender nor skin colour" not in model_card(replace(bundle, card=card))
    assert set(told) - {UNMEASURED} < set(card.limits)
    assert "measured" not in " ".join(limits_of(["mine"], (0, 8))), "no card claims what nobody checked"


def test_terms_and_limits_hold_whatever_else_was_learned():
    assert "only drawn faces" in " ".join(limits_of([DRAWN, "made non-face"], (0, 8)))
    assert "only drawn faces" not in " ".join(limits_of([DRAWN, "FER+"], (0, 8)))
    assert "does not know the neutral face" in " ".join(limits_of(["CK+48"], (0, 8)))
    assert "does not know the neutral face" not in " ".join(limits_of(["CK+48"], tuple(range(8))))
    assert "does not know the neutral face" in " ".join(limits_of(["mine"], (0, 4)))
    assert learned_nonfaces(["FER+", "not a face"])
    assert not learned_nonfaces(["FER+", "made non-face"])


def test_few_people_are_said_to_make_intervals_too_narrow():
    bundle = find_bundle("ckplus-reference")
    few = bundle.card.scores[0].model_copy(update={"subjects": 4})
    told = model_card(replace(bundle, card=bundle.card.model_copy(update={"scores": (few,)})))
    assert "Only 4 people of CK+48 were judged on: the intervals are too narrow." in told
    assert "too narrow" not in model_card(bundle)


def test_pictures_that_were_crops_already_are_not_said_to_be_cut_after_they_were_changed():
    bundle = find_bundle("mien-8")
    assert "changed before they were cut" in model_card(bundle)
    uncut = tuple(one for one in bundle.card.robustness if one.change != UNCUT)
    told = model_card(replace(bundle, card=bundle.card.model_copy(update={"robustness": uncut})))
    assert "changed after they were cut" in told


def test_bar_in_the_name_of_a_data_set_ends_no_cell():
    card = find_bundle("ckplus-reference").card
    bundle = replace(
        find_bundle("ckplus-reference"),
        card=card.model_copy(update={"scores": (card.scores[0].model_copy(update={"data": "a|b"}),)}),
    )
    lines = [line for line in model_card(bundle).splitlines() if line.startswith(r"| a\|b |")]
    assert len(lines) == 2
    assert all(line.replace(r"\|", "").count("|") in {7, 8} for line in lines)
