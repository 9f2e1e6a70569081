import pytest

from core.expressions import EXPRESSIONS, Expression
from ui.charts import describe_probabilities, probability_bars
from ui.palette import ABSTAINED, COLORS

SOME = {Expression.SADNESS: 0.2, Expression.HAPPINESS: 0.7, Expression.FEAR: 0.1}


def test_most_probable_expression_stands_on_top_in_its_own_colour():
    (bars,) = probability_bars(SOME, 0.5).data
    assert list(bars.y) == ["Fear", "Sadness", "Happiness"]  # drawn from the bottom up
    assert list(bars.x) == [0.1, 0.2, 0.7]
    assert list(bars.marker.color) == [COLORS[Expression[name.upper()]] for name in bars.y]


def test_dotted_line_stands_where_an_answer_begins():
    (line,) = probability_bars(SOME, 0.45).layout.shapes
    assert (line.x0, line.x1, line.line.dash) == (0.45, 0.45, "dot")


def test_bars_without_an_answer_are_faint():
    assert (
        probability_bars(SOME, 0.5, counts=False).data[0].opacity
        < probability_bars(SOME, 0.5).data[0].opacity
    )


def test_chart_is_told_in_words_the_surest_first():
    assert describe_probabilities(SOME) == "Probabilities: Happiness 70%, Sadness 20%, Fear 10%"


def test_every_expression_has_one_colour_that_no_other_has():
    assert set(COLORS) == set(EXPRESSIONS)
    assert len({*COLORS.values(), ABSTAINED}) == len(EXPRESSIONS) + 1


@pytest.mark.parametrize("background", ["#FFFFFF", "#14191A"])
def test_colours_are_seen_on_light_and_dark(background):
    for color in COLORS.values():
        assert contrast(color, background) >= 2


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2.2 defines it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
