"""A course as a table."""

import csv
import io

import numpy as np
import pytest

from core.engagement import Moment, ReportSettings, make_report
from core.engagement.tables import moments_csv
from core.expressions import EXPRESSIONS, Expression
from core.valence import WEIGHTS
from tests.core.test_engagement import course


def test_what_is_left_beside_the_face_at_rest_is_a_distribution_again():
    moments = course((10, Expression.SADNESS), (10, Expression.FEAR), (10, Expression.SADNESS), sure=0.6)
    settings = ReportSettings(baseline_seconds=5)
    assert make_report(moments, settings).baseline[Expression.NEUTRAL] == 0
    rows = list(csv.DictReader(io.StringIO(moments_csv(moments, settings))))
    table = np.array([[float(row[e.value]) for e in EXPRESSIONS] for row in rows])
    assert table.sum(axis=1) == pytest.approx(np.ones(len(rows)), abs=1e-3)
    assert table.min() == 0
    at_rest, in_fear = (dict(zip(EXPRESSIONS, table[place], strict=True)) for place in (0, 75))
    assert at_rest[Expression.NEUTRAL] == 1
    assert in_fear[Expression.FEAR] == pytest.approx(0.6 - 0.4 / 7, abs=1e-3)
    assert in_fear[Expression.SADNESS] == 0


def test_csv_leaves_out_what_the_model_does_not_know():
    known = dict.fromkeys((Expression.FEAR, Expression.ANGER), 0.5)
    (row,) = csv.DictReader(io.StringIO(moments_csv([Moment(seconds=1, probabilities=known)])))
    assert (row["fear"], row["happiness"], row["gap"]) == ("0.5000", "", "")


@pytest.mark.parametrize("baseline", [0.0, 5.0])
def test_csv_holds_the_figures_of_the_report(baseline):
    moments = course((10, Expression.SADNESS), (5, None), (20, Expression.HAPPINESS), sure=0.6)
    settings = ReportSettings(
        baseline_seconds=baseline, weights=dict(WEIGHTS) | {Expression.HAPPINESS: 0.4}, exit_seconds=20
    )
    report = make_report(moments, settings)
    rows = list(csv.DictReader(io.StringIO(moments_csv(moments, settings))))
    assert len(rows) == len(moments)
    seen = [row for row in rows if row["valence"]]
    assert np.mean([float(row["valence"]) for row in seen]) == pytest.approx(
        report.mean_valence.value, abs=1e-3
    )
    ending = [float(row["happiness"]) for row in seen[-100:]]
    assert np.mean(ending) == pytest.approx(report.exit_emotion.share.value, abs=1e-3)
    assert {row["happiness"] for row in rows if not row["valence"]} == {""}
