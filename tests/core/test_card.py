"""Which score of a card is the one to believe, and what it says about itself."""

from core.bundles import Score, find_bundle

CARD = find_bundle("ckplus-reference").card
HONEST = CARD.scores[0]


def headline(*scores: Score) -> Score | None:
    return CARD.model_copy(update={"scores": scores}).headline


def test_score_on_strangers_is_believed_before_one_on_people_it_knows():
    acquainted = HONEST.model_copy(update={"shared_people": 0.4})
    strangers = HONEST.model_copy(update={"shared_people": 0.0})
    leaking = HONEST.model_copy(update={"leaks": True})
    assert headline(leaking, acquainted, strangers) == strangers
    assert headline(leaking, acquainted) == acquainted
    assert headline(leaking) is None
    assert headline(acquainted, HONEST) == HONEST, "older cards did not record it"


def test_score_says_what_its_training_part_knows():
    assert HONEST.how == HONEST.protocol
    told = HONEST.model_copy(update={"leak": 0.971, "shared_people": 0.001}).how
    assert told.startswith(f"{HONEST.protocol}; 97% of the test frames have a sibling in training; ")
    assert told.endswith("under 1% show a person who was learned from")


def test_what_was_not_recorded_is_not_written(bundle):
    text = bundle.card.model_dump_json()
    for name in ("leak", "shared_people", "faces_unanswered", "unanswered"):
        assert f'"{name}":null' not in text
