"""What the charts of the History page draw."""

from dataclasses import replace

import numpy as np
import pytest

from core.bundles import find_bundle
from training.history.course import Course, Plan
from ui.history.charts import INK, classes_chart, confusion_chart, coverage_chart, reliability_chart
from ui.history.colors import RUN_COLORS, take_slots
from ui.history.curves_chart import Line, curves_chart, smooth

SCORE = find_bundle("mien-8").card.headline
PLAIN = {"by_time": False, "log": False, "smoothing": 0.0}


def line(color: str = RUN_COLORS[0]) -> Line:
    """Four epochs of half a minute; the second is best, and the learning rate fell in the third."""
    values = {
        "loss": (0.9, 0.6, 0.4, 0.3),
        "val_loss": (0.9, 0.5, 0.7, 0.6),
        "learning_rate": (1e-3, 1e-3, 2e-4, 2e-4),
        "seconds": (30.0, 30.0, 30.0, 30.0),
    }
    curves = {
        name: [(epoch, 1e9 + 3600 * epoch, value) for epoch, value in enumerate(told, 1)]
        for name, told in values.items()
    }
    return Line(Course(curves, 1e9, Plan(9, restores_best=True, steps_down=True), "finished"), color)


def marks(figure) -> dict[float, str]:
    """The dash of each upright line by its place."""
    return {shape.x0: shape.line.dash for shape in figure.layout.shapes}


def test_chart_marks_the_kept_epoch_the_stop_and_the_fall_of_the_learning_rate():
    figure = curves_chart({"one": line()}, "loss", **PLAIN)
    assert marks(figure) == {3: "dot", 2: "solid", 4: "solid"}
    assert [note.text for note in figure.layout.annotations if note.text] == ["kept", "stopped at epoch 4"]


def test_minutes_begin_with_the_run_leave_pauses_out_and_keep_the_marks():
    figure = curves_chart({"one": line()}, "loss", **PLAIN | {"by_time": True})
    assert list(figure.data[0].x) == [0.5, 1.0, 1.5, 2.0]
    assert figure.layout.xaxis.rangemode == "tozero"
    assert marks(figure) == {1.5: "dot", 1.0: "solid", 2.0: "solid"}


def test_compared_runs_have_their_colours_and_no_marks():
    marked = replace(line("#111111"), symbol="star")
    figure = curves_chart({"<b>one</b>": marked, "two": line("#222222")}, "loss", **PLAIN)
    held_apart = figure.data[0]
    assert (held_apart.mode, held_apart.marker.symbol) == ("lines+markers", "star"), "not by colour alone"
    assert held_apart.name == "&lt;b&gt;one&lt;/b&gt;, held apart", "a name is no markup"
    assert [trace.line.color for trace in figure.data] == ["#111111"] * 2 + ["#222222"] * 2
    assert not figure.layout.shapes


def test_log_scale_is_of_the_axis_and_smoothing_of_the_curve():
    figure = curves_chart({"one": line()}, "loss", **PLAIN | {"log": True, "smoothing": 0.5})
    assert figure.layout.yaxis.type == "log"
    assert list(figure.data[0].y) == smooth([0.9, 0.5, 0.7, 0.6], 0.5) != [0.9, 0.5, 0.7, 0.6]


def test_smoothed_curve_lies_within_what_it_smooths_and_is_calmer():
    noisy = np.random.default_rng(0).random(200).tolist()
    calm = smooth(noisy, 0.9)
    assert min(noisy) <= min(calm) <= max(calm) <= max(noisy)
    assert np.std(calm) < np.std(noisy) / 2
    assert smooth(noisy, 0.0) == pytest.approx(noisy)


def test_run_keeps_its_colour_whatever_is_ticked_beside_it():
    first = take_slots({}, ["b", "c"])
    more = take_slots(first, ["a", "b", "c"])  # a newer run stands above them in the table
    assert (more["b"], more["c"]) == (first["b"], first["c"])
    fewer = take_slots(more, ["a", "c"])
    assert fewer == {"a": more["a"], "c": more["c"]}
    assert take_slots(fewer, ["d", "a", "c"])["d"] == first["b"], "the colour of one that left is free again"


def test_ten_runs_have_ten_colours():
    slots = take_slots({}, [str(number) for number in range(10)])
    assert len({RUN_COLORS[slot] for slot in slots.values()}) == 10


def test_each_row_of_the_normalised_confusion_sums_to_one_and_counts_are_those_of_the_score():
    shares = confusion_chart(SCORE, normalised=True).data[0]
    assert np.array(shares.z).sum(axis=1) == pytest.approx(1)
    assert shares.text[0][0] == f"{shares.z[0][0]:.0%}"
    counts = confusion_chart(SCORE, normalised=False).data[0].text
    assert [list(row) for row in counts] == [list(row) for row in SCORE.confusion]


def test_figures_in_the_confusion_are_seen_on_either_background():
    light, dark = (confusion_chart(SCORE, normalised=True, dark=dark).data[0] for dark in (False, True))
    assert (light.textfont.color, dark.textfont.color) == (INK, "white")


def test_charts_hold_the_figures_of_the_score():
    known = [one for one in SCORE.reliability if one.n]
    told = reliability_chart(SCORE.reliability).data[1]
    assert list(told.x) == [one.confidence for one in known]
    assert list(told.y) == [one.accuracy for one in known]
    assert list(told.customdata) == [one.n for one in known]
    coverage = coverage_chart(SCORE.risk_coverage, SCORE.coverage)
    assert list(coverage.data[0].y) == [point.accuracy for point in SCORE.risk_coverage]
    assert [shape.x0 for shape in coverage.layout.shapes] == [SCORE.coverage]
    recall, precision = classes_chart(SCORE).data
    assert list(recall.y) == [one.recall for one in SCORE.per_class.values()]
    assert list(precision.y) == [one.precision for one in SCORE.per_class.values()]
