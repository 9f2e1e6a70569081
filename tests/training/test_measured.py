import shutil

import pytest

from core.bundles import GroupScore, Interval, Robustness, find_bundle
from core.bundles.store import read_bundle
from core.errors import BundleError
from training.cards import write_card
from training.measured import keep_measured
from training.modelcard import model_card

BLURRED = Robustness(change="blurred by 1.5 px", accuracy=0.75, lost=0.09, unanswered=0.2)
YOUNG = GroupScore(
    attribute="age", group="young", n=40, accuracy=Interval(value=0.8, low=0.7, high=0.9), unanswered=0.1
)


@pytest.fixture
def copy(home):
    target = home / "models" / "mien-8"
    shutil.copytree(find_bundle("mien-8").folder, target)
    return read_bundle(target)


def test_figures_stand_in_the_card_and_the_bundle_stays_what_it_was(copy):
    kept = keep_measured(copy, robustness=[BLURRED])
    kept = keep_measured(kept, groups=[YOUNG])
    assert (kept.card.robustness, kept.card.groups) == ((BLURRED,), (YOUNG,))
    assert kept.digest == copy.digest
    text = model_card(kept)
    assert "| blurred by 1.5 px | 75.0% | 9.0 | 20.0% |" in text
    assert "| age | young | 40 | 80.0% (70.0% to 90.0%) | 10.0% |" in text


def test_groups_of_pictures_that_were_learned_from_are_marked_so(copy):
    text = model_card(keep_measured(copy, groups=[YOUNG]))
    assert "crops of mine" not in text
    leaking = YOUNG.model_copy(update={"data": "mine", "leaks": True})
    text = model_card(keep_measured(copy, groups=[leaking]))
    assert "**Leaks:** it had learned from these pictures. Measured on crops of mine." in text


def test_model_without_scores_gets_the_one_that_was_measured_and_the_same_again_takes_its_place(copy):
    bare = copy.card.model_copy(update={"scores": (), "refusal": None})
    write_card(bare, copy.folder)
    score = copy.card.scores[0].model_copy(update={"protocol": "as given"})
    kept = keep_measured(read_bundle(copy.folder), score=score, refusal=copy.card.refusal)
    assert (kept.card.scores, kept.card.refusal) == ((score,), copy.card.refusal)
    assert kept.digest == copy.digest, "it is the same model"
    again = score.model_copy(update={"n": 7})
    assert keep_measured(kept, score=again).card.scores == (again,)


def test_score_on_pictures_that_were_learned_from_is_kept_as_leaking_and_believed_by_nobody(copy):
    leaking = copy.card.scores[0].model_copy(update={"protocol": "learned", "leaks": True})
    kept = keep_measured(copy, score=leaking).card
    assert kept.scores == (*copy.card.scores, leaking)
    assert kept.headline == copy.card.headline
    assert "**leaks:** learned" in model_card(read_bundle(copy.folder))


def test_held_out_score_measured_again_is_not_told_twice(copy):
    again = copy.card.scores[0].model_copy(update={"protocol": "as given"})
    kept = keep_measured(copy, score=again, refusal=copy.card.refusal)
    assert kept.card == copy.card
    assert kept.digest == copy.digest


def test_refusal_that_does_not_leak_takes_the_place_of_one_that_does_only(copy):
    assert copy.card.refusal.leaks
    honest = copy.card.refusal.model_copy(update={"leaks": False, "nonfaces": 9})
    kept = keep_measured(copy, refusal=honest)
    assert kept.card.refusal == honest
    assert keep_measured(kept, refusal=copy.card.refusal).card.refusal == honest


def test_anything_else_in_the_card_gives_another_digest(copy):
    (copy.folder / "card.json").write_text(copy.card.model_copy(update={"title": "x"}).model_dump_json())
    assert read_bundle(copy.folder).digest != copy.digest


def test_card_that_cannot_be_written_is_one_sentence(copy):
    (copy.folder / "card.new").mkdir()
    with pytest.raises(BundleError, match="cannot be written"):
        keep_measured(copy, robustness=[BLURRED])


def test_score_under_conditions_of_its_own_stands_beside_the_others_in_their_words(copy):
    write_card(copy.card.model_copy(update={"scores": ()}), copy.folder)
    plain = copy.card.scores[0].model_copy(update={"protocol": "as given"})
    selected = plain.model_copy(update={"protocol": "as given, only crops whose top class holds 90%", "n": 7})
    kept = keep_measured(keep_measured(read_bundle(copy.folder), score=selected), score=plain)
    assert kept.card.scores == (selected, plain)
    assert "another training" not in model_card(kept)


def test_model_that_was_replaced_while_it_was_measured_is_left_as_it_is(copy):
    shutil.rmtree(copy.folder)
    shutil.copytree(find_bundle("ckplus-reference").folder, copy.folder)
    with pytest.raises(BundleError, match="replaced while it was measured"):
        keep_measured(copy, robustness=[BLURRED])
    assert read_bundle(copy.folder).card == find_bundle("ckplus-reference").card


def test_what_another_measured_meanwhile_stays_in_the_card(copy):
    keep_measured(copy, robustness=[BLURRED])
    kept = keep_measured(copy, groups=[YOUNG])
    assert (kept.card.robustness, kept.card.groups) == ((BLURRED,), (YOUNG,))
