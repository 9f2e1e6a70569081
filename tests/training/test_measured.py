import shutil

import pytest

from core.bundles import GroupScore, Interval, Robustness, find_bundle
from core.bundles.store import read_bundle
from core.errors import BundleError
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


def test_anything_else_in_the_card_gives_another_digest(copy):
    (copy.folder / "card.json").write_text(copy.card.model_copy(update={"title": "x"}).model_dump_json())
    assert read_bundle(copy.folder).digest != copy.digest


def test_card_that_cannot_be_written_is_one_sentence(copy):
    (copy.folder / "card.new").mkdir()
    with pytest.raises(BundleError, match="cannot be written"):
        keep_measured(copy, robustness=[BLURRED])
