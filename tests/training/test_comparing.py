"""The gate, on real bundles and on crops whose right answers are known."""

from dataclasses import replace

import numpy as np
import pytest

from core.bundles import Interval, find_bundle
from core.errors import DataError
from core.expressions import Expression
from training.comparing import compare
from training.datasets.drawn import draw_dataset
from training.gate import judge
from training.verdict import DISAGREEMENTS_FILE


@pytest.fixture(scope="module")
def drawn():
    return draw_dataset(subjects=10)


def test_model_beside_itself_is_no_clear_difference(drawn, tmp_path):
    mien = find_bundle("mien-8")
    verdict = compare(mien, mien, drawn, leaks=False, folder=tmp_path)
    assert verdict.outcome == "no clear difference"
    assert (verdict.accuracy.value, verdict.accuracy.low, verdict.accuracy.high) == (0, 0, 0)
    assert verdict.disagreements == ()
    assert any("Drawn faces" in caution for caution in verdict.cautions)


def test_models_with_other_labels_meet_on_those_they_share(drawn, tmp_path):
    verdict = compare(
        find_bundle("ckplus-reference"), find_bundle("mien-8"), drawn, leaks=False, folder=tmp_path
    )
    assert Expression.NEUTRAL not in verdict.labels
    assert len(verdict.labels) == 7
    assert verdict.challenger.score.n == verdict.champion.score.n == 10 * 7 * 3
    crops = np.load(tmp_path / DISAGREEMENTS_FILE)["crops"]
    assert len(crops) == len(verdict.disagreements) > 0
    assert all(one.challenger != one.champion for one in verdict.disagreements)
    assert any("neutral" in caution for caution in verdict.cautions)
    other_way = compare(
        find_bundle("mien-8"), find_bundle("ckplus-reference"), drawn, leaks=False, folder=tmp_path
    )
    assert any(
        told.startswith("Left out, for the champion") and "neutral" in told for told in other_way.cautions
    )


def test_lead_on_a_leaking_split_proves_nothing(drawn, tmp_path):
    mien, reference = find_bundle("mien-8"), find_bundle("ckplus-reference")

    leaking = compare(mien, reference, drawn, leaks=True, folder=tmp_path)
    assert leaking.accuracy.low > 0
    assert leaking.macro_f1.low > 0
    assert leaking.outcome == "no clear difference"
    assert "proves nothing" in leaking.reasons[0]


def test_lead_on_people_that_were_learned_from_says_nothing_about_others(drawn, tmp_path):
    mien, reference = find_bundle("mien-8"), find_bundle("ckplus-reference")
    known = compare(mien, reference, drawn, leaks=False, shared_people=0.5, folder=tmp_path)
    assert known.accuracy.low > 0
    assert known.outcome == "no clear difference"
    assert "of others its lead says nothing" in known.reasons[0]
    assert any("50% of the test pictures show people" in caution for caution in known.cautions)
    unnamed = replace(drawn, subjects=np.full(len(drawn), ""))
    told = compare(mien, None, unnamed, leaks=False, folder=tmp_path).cautions
    assert any("Nobody says who is shown" in caution for caution in told)


def test_without_a_champion_a_model_is_told_alone(drawn, tmp_path):
    verdict = compare(find_bundle("mien-8"), None, drawn, leaks=False, folder=tmp_path)
    assert verdict.champion is None
    assert "no model served" in verdict.headline


@pytest.mark.parametrize(
    ("accuracy", "macro_f1", "outcome"),
    [
        ((0.01, 0.2), (0.01, 0.2), "better"),
        ((0.01, 0.2), (-0.01, 0.2), "no clear difference"),
        ((-0.1, 0.1), (-0.1, 0.1), "no clear difference"),
        ((-0.1, 0.1), (-0.2, -0.01), "worse"),
        ((-0.2, -0.01), (-0.1, 0.1), "worse"),
    ],
)
def test_gate_follows_the_intervals(accuracy, macro_f1, outcome):
    found = [Interval(value=sum(pair) / 2, low=pair[0], high=pair[1]) for pair in (accuracy, macro_f1)]
    lost = {Expression.FEAR: Interval(value=-0.2, low=-0.3, high=-0.1)}
    gate, reasons = judge(*found, lost, people=12, leaks=False)
    assert gate == outcome
    assert any("less often: fear" in reason for reason in reasons)


def test_a_few_people_prove_nothing():
    ahead = Interval(value=0.02, low=0.02, high=0.02)
    assert judge(ahead, ahead, {}, people=1, leaks=False)[0] == "no clear difference"
    assert judge(ahead, ahead, {}, people=10, leaks=False)[0] == "better"


def test_models_that_share_no_two_expressions_cannot_be_compared(drawn, tmp_path, two_networks):
    labels = (Expression.NEUTRAL, Expression.CONTEMPT, Expression.HAPPINESS)
    other = replace(two_networks, card=two_networks.card.model_copy(update={"labels": labels}))
    with pytest.raises(DataError, match="no two expressions in common"):
        compare(two_networks, other, drawn, leaks=False, folder=tmp_path)
