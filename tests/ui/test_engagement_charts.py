"""What is drawn of an engagement, and what is taken away."""

from collections.abc import Sequence
from html.parser import HTMLParser

import numpy as np
import pytest

from core.engagement import Moment, Report, ReportSettings, make_report
from core.expressions import Expression
from ui.engagement.charts import course_chart, valence_chart
from ui.engagement.course import MOST_POINTS
from ui.engagement.downloads import html_report
from ui.engagement.report import facts


def look(seconds: float, expression: Expression | None = Expression.HAPPINESS) -> Moment:
    """One look; None is an abstention."""
    if expression is None:
        return Moment(seconds=seconds, gap="ambiguous")
    return Moment(seconds=seconds, probabilities={expression: 1.0})


def lines(moments: Sequence[Moment], report: Report) -> dict[str, list[list[float]]]:
    """Times of the pieces of the valence line, by how they are drawn."""
    pieces: dict[str, list[list[float]]] = {}
    for trace in valence_chart(moments, report).data:
        if trace.hovertemplate and "s: " in trace.hovertemplate:
            breaks = np.flatnonzero(np.isnan(trace.y))
            pieces[trace.mode] = [part[~np.isnan(part)].tolist() for part in np.split(trace.x, breaks)]
    return pieces


def test_looks_that_are_far_apart_make_one_course():
    moments = [look(5.0 * n) for n in range(6)] + [look(60.0)]
    found = lines(moments, make_report(moments))
    assert [len(piece) for piece in found["lines"]] == [6]
    assert found["markers"] == [[60]]


@pytest.mark.parametrize("unseen", [{50}, set(range(50, 55))])
def test_line_breaks_wherever_there_was_no_reading(unseen):
    moments = [look(n / 5, None if n in unseen else Expression.HAPPINESS) for n in range(100)]
    report = make_report(moments)
    before, after = lines(moments, report)["lines"]
    assert (before[-1], after[0]) == (49 / 5, (max(unseen) + 1) / 5)
    areas = course_chart(moments, report).data
    times, total = areas[0].x, np.sum([area.y for area in areas], axis=0)
    assert (np.diff(times) >= 0).all()
    assert total[(times > before[-1]) & (times < after[0])] == pytest.approx([0, 0])
    assert total[np.isin(times, before + after)] == pytest.approx(1)


def test_hour_long_course_is_drawn_with_as_many_points_as_a_screen_shows():
    moments = [
        look(n / 5, None if 9000 <= n < 9050 else [Expression.SADNESS, Expression.HAPPINESS][n >= 9000])
        for n in range(5 * 3600)
    ]
    report = make_report(moments, ReportSettings(exit_seconds=600))
    figure = valence_chart(moments, report)
    assert all(len(trace.x) <= 2 * MOST_POINTS + 3 for trace in figure.data)
    assert all(len(area.x) <= MOST_POINTS + 4 for area in course_chart(moments, report).data)
    before, after = lines(moments, report)["lines"]
    assert before[-1] == pytest.approx(1800, abs=1.2)
    assert after[0] == pytest.approx(1810, abs=1.2)
    assert (report.seen, report.exit_emotion.moments) == (5 * 3600 - 50, 3001), "figures rest on every look"


def test_course_without_a_reading_is_drawn_empty():
    for moments in ([], [look(0, None)]):
        report = make_report(moments)
        assert not any(len(area.x) for area in course_chart(moments, report).data)
        valence_chart(moments, report)


def test_facts_say_what_was_subtracted_and_what_that_changed():
    sad = {Expression.SADNESS: 0.5, Expression.NEUTRAL: 0.49, Expression.FEAR: 0.01}
    moments = [Moment(seconds=n / 5, probabilities=sad) for n in range(100)]
    told = " · ".join(facts(make_report(moments, ReportSettings(baseline_seconds=5))))
    assert "Subtracted as the face at rest: Sadness 50% ·" in told
    assert "Without that the exit emotion would be Sadness" in told
    assert "the index would be" in told
    neutral = [look(n / 5, Expression.NEUTRAL) for n in range(100)]
    told = " · ".join(facts(make_report(neutral, ReportSettings(baseline_seconds=5))))
    assert "next to nothing" in told
    assert "exit emotion is the same" in told
    assert "Subtracted" not in " ".join(facts(make_report(moments)))


@pytest.fixture(scope="module")
def printed() -> str:
    moments = [look(n * 0.5, Expression.SADNESS if n < 40 else Expression.HAPPINESS) for n in range(80)]
    report = make_report(moments, incomplete="Stopped after 40 of 60 seconds.")
    return html_report("<b>call</b>", moments, report, "live, by mien-8")


def test_facts_say_where_all_is_the_last_part_and_where_all_is_alike():
    told = facts(make_report([look(n / 5) for n in range(40)]))
    assert "It is no longer than the last part is, so all of it counts as that" in told
    assert "Equally pleasant throughout (+1.00)" in told
    longer = facts(make_report([look(n / 5) for n in range(200)]))
    assert not any("no longer than the last part" in one for one in longer)


def test_report_to_print_holds_what_the_page_says(printed):
    assert "&lt;b&gt;call" in printed
    for told in (
        "Happiness, over 99% of the last part",
        "<li>Stopped after 40 of 60 seconds</li>",
        "looks",
        "by mien-8",
        "index = 50 + 50",
        "Valence of the",
    ):
        assert told in printed


def test_report_to_print_asks_no_other_file_for_anything(printed):
    class References(HTMLParser):
        found: list[str] = []  # noqa: RUF012 - one parser a test
        style = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.style = tag == "style"
            asking = {"src", "href", "srcset", "data", "action", "poster", "background"}
            self.found += [f"{tag} {name}={value}" for name, value in attrs if name in asking]
            self.found += [tag] * (tag in {"link", "base", "iframe", "object", "embed"})

        def handle_data(self, data: str) -> None:
            if self.style:
                self.found += [word for word in ("@import", "url(") if word in data]

    parser = References()
    parser.feed(printed)
    assert parser.found == []
    assert printed.count("Plotly.newPlot") >= 2, "the charts and what draws them are in the file"
