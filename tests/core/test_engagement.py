"""Courses that are known beforehand give the reports that they should."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engagement import Moment, Report, ReportSettings, make_report
from core.engagement.index import index_formula
from core.expressions import EXPRESSIONS, Expression
from core.valence import WEIGHTS, expressed_valence


def course(*parts: tuple[float, Expression | None], rate: float = 5.0, sure: float = 0.9) -> list[Moment]:
    """Moments of parts of so many seconds; None is a gap."""
    moments, start = [], 0.0
    for seconds, expression in parts:
        for n in range(round(seconds * rate)):
            rest = (1 - sure) / (len(EXPRESSIONS) - 1)
            probabilities = {e: sure if e is expression else rest for e in EXPRESSIONS} if expression else {}
            moments.append(Moment(seconds=start + n / rate, probabilities=probabilities))
        start += seconds
    return moments


def test_angry_start_and_happy_end_leave_happy():
    report = make_report(course((20, Expression.ANGER), (20, Expression.HAPPINESS)))
    assert report.exit_emotion.label is Expression.HAPPINESS
    assert report.exit_emotion.clear
    assert report.exit_emotion.moments == 51
    assert report.low.seconds < 20 < report.peak.seconds
    assert report.index.low <= report.index.value <= report.index.high


def test_order_matters_to_the_index():
    for method in ("peak-end", "end-weighted"):
        settings = ReportSettings(method=method)
        up, down = (
            make_report(course(*parts), settings)
            for parts in (
                ((20, Expression.SADNESS), (20, Expression.HAPPINESS)),
                ((20, Expression.HAPPINESS), (20, Expression.SADNESS)),
            )
        )
        assert up.index.value > 50
        assert up.index.value > down.index.value + 10


def test_single_look_between_gaps_is_no_strongest_moment():
    talk = course((60, Expression.NEUTRAL))
    one = {Expression.HAPPINESS: 0.95, Expression.NEUTRAL: 0.05}
    misread = [m.model_copy(update={"probabilities": one}) if m.seconds == 30 else m for m in talk]
    alone = [
        Moment(seconds=m.seconds, gap="not in sight") if 0 < abs(m.seconds - 30) < 1.5 else m for m in misread
    ]
    among, between = make_report(misread), make_report(alone)
    assert among.index.value < 60
    assert between.index.value < 60
    assert between.peak.valence < 0.2
    few = [Moment(seconds=10.0 * n, probabilities=one) for n in range(12)]
    assert make_report(few).peak.valence == pytest.approx(0.95), "photos far apart are all there is"


@pytest.mark.parametrize("rate", [0.5, 1, 2, 3, 5, 10])
def test_expression_seen_at_every_other_look_is_strong_however_often_somebody_looked(rate):
    parts = (20, Expression.NEUTRAL), (60, Expression.HAPPINESS), (20, Expression.NEUTRAL)
    whole = course(*parts, rate=rate)
    halved = [
        Moment(seconds=m.seconds, gap="not in sight") if n % 2 and 20 <= m.seconds < 80 else m
        for n, m in enumerate(whole)
    ]
    expected = make_report(whole).index.value
    assert make_report(halved).index.value == pytest.approx(expected, abs=1)


def test_first_look_before_a_gap_is_no_strongest_moment():
    talk = course((60, Expression.NEUTRAL))
    first = talk[0].model_copy(update={"probabilities": {Expression.ANGER: 1.0}})
    gone = [m.model_copy(update={"probabilities": {}, "gap": "not in sight"}) for m in talk[1:20]]
    assert make_report([first, *gone, *talk[20:]]).low.seconds > 0


@pytest.mark.parametrize("silence", [0, 600, 1200, 3600])
def test_long_silence_before_the_end_leaves_the_weights_alone(silence):
    talk = course((60, Expression.HAPPINESS), (60, Expression.SADNESS))
    settings = ReportSettings(method="end-weighted", exit_share=1)
    at_once = make_report(talk, settings).index.value
    assert make_report(talk, settings, end=120 + silence).index.value == pytest.approx(at_once)


def test_neutral_throughout_is_fifty():
    report = make_report(course((30, Expression.NEUTRAL), sure=1.0))
    assert report.index.value == pytest.approx(50)
    assert report.index.low == pytest.approx(50)


@pytest.mark.parametrize(("shown", "index"), [(Expression.ANGER, 25), (Expression.HAPPINESS, 75)])
def test_strongest_moment_is_pleasant_or_not(shown, index):
    parts = (20, Expression.NEUTRAL), (10, shown), (20, Expression.NEUTRAL)
    assert make_report(course(*parts, sure=1.0)).index.value == pytest.approx(index)


def test_look_with_which_the_last_part_begins_belongs_to_it():
    moments = course((21, Expression.NEUTRAL), rate=1, sure=1.0)
    moments[10] = moments[10].model_copy(update={"probabilities": {Expression.HAPPINESS: 1.0}})
    report = make_report(moments)
    assert (report.seconds, report.exit_emotion.moments) == (20, 11)
    assert report.index.value == pytest.approx(50 + 50 * (1 / 3 + 1 / 11) / 2)


def test_few_looks_have_no_pace_by_which_others_are_missed():
    assert make_report(course((3, Expression.FEAR), rate=1), end=60).gaps == {}


def test_least_pleasant_moment_is_not_the_strongest_one():
    parts = (10, Expression.HAPPINESS), (10, Expression.SADNESS), (10, Expression.NEUTRAL)
    report = make_report(course(*parts, sure=1.0))
    assert (report.peak.valence, report.low.valence) == pytest.approx((1.0, WEIGHTS[Expression.SADNESS]))
    assert report.peak.seconds < 10 < report.low.seconds < 20


def test_exit_emotion_names_what_comes_second_where_anything_does():
    shown = {Expression.FEAR: 0.1, Expression.HAPPINESS: 0.6, Expression.SURPRISE: 0.3}
    for probabilities, second in ((shown, Expression.SURPRISE), ({Expression.FEAR: 1.0}, None)):
        moments = [Moment(seconds=n / 5, probabilities=probabilities) for n in range(60)]
        assert make_report(moments).exit_emotion.runner_up is second


def test_too_little_evidence_is_said_and_no_number_given():
    report = make_report(course((1, Expression.HAPPINESS)))
    assert report.index is None
    assert "it takes 10" in report.why_no_index
    assert "read once; it takes 10" in make_report(course((0.2, Expression.FEAR))).why_no_index
    gone = make_report(course((20, Expression.HAPPINESS), (20, None)))
    assert gone.index is None
    assert "last part" in gone.why_no_index
    assert gone.exit_emotion is None
    assert gone.gaps == {"nobody seen": 100}


def test_as_many_looks_as_an_index_takes_are_enough():
    looks = course((10, Expression.HAPPINESS), rate=1)
    assert make_report(looks).index
    assert make_report(looks[:9]).index is None
    last = [looks[0].model_copy(update={"seconds": seconds}) for seconds in (40, 43, 46)]
    before = course((30, Expression.FEAR), rate=1)
    assert make_report([*before, *last], end=49).index
    assert "was read 2 times; it takes 3." in make_report([*before, *last[:2]], end=49).why_no_index


def test_many_looks_at_one_moment_are_no_evidence():
    report = make_report(course((0.6, Expression.HAPPINESS), rate=20))
    assert report.seen == 12
    assert report.index is None
    ending = report.exit_emotion
    assert (ending.label, ending.clear, ending.is_long) == (Expression.HAPPINESS, False, False)
    assert (ending.share.low, ending.share.high) == (0, 1)
    assert "1 stretch of 2 seconds; it takes 3" in report.why_no_index
    assert make_report(course((5, Expression.HAPPINESS), rate=20)).exit_emotion.clear


def test_empty_engagement_is_a_report_too():
    report = make_report([])
    assert (report.moments, report.seen, report.index, report.peak) == (0, 0, None, None)


def test_baseline_takes_off_what_a_face_shows_at_rest():
    moments = course((10, Expression.SADNESS), (20, Expression.HAPPINESS), sure=0.6)
    plain = make_report(moments)
    based = make_report(moments, ReportSettings(baseline_seconds=5))
    assert based.baseline[Expression.SADNESS] == pytest.approx(0.6)
    assert based.index_without_baseline == pytest.approx(plain.index.value)
    assert based.low.valence > plain.low.valence
    assert based.label_without_baseline is plain.exit_emotion.label


def test_settings_that_are_not_used_make_no_other_report():
    usual, decayed = ReportSettings(), ReportSettings(half_life=5)
    assert usual.essence == decayed.essence
    weighted = [one.model_copy(update={"method": "end-weighted"}) for one in (usual, decayed)]
    assert len({usual.essence, *(one.essence for one in weighted)}) == 3
    shares = [ReportSettings(exit_share=0.2, exit_seconds=seconds) for seconds in (5, 10)]
    assert len({one.essence for one in shares}) == 1
    assert ReportSettings(exit_seconds=5).essence != usual.essence


def test_last_part_may_be_a_share():
    report = make_report(
        course((30, Expression.ANGER), (10, Expression.SURPRISE)), ReportSettings(exit_share=0.25)
    )
    assert report.exit_emotion.label is Expression.SURPRISE
    assert report.exit_emotion.moments == 50


def test_time_without_a_look_counts_as_looks_without_a_reading():
    talk = course((20, Expression.HAPPINESS))
    after = [moment.model_copy(update={"seconds": moment.seconds + 50}) for moment in talk]
    report = make_report([*talk, *after], end=90)
    assert report.gaps == {"no frame came": 150 + 101}
    assert (report.seen, report.moments) == (200, 451)
    assert make_report(talk).gaps == {}
    assert make_report(after, end=70.1).gaps == {}, "a moment is no pause"


def test_pauses_are_not_counted_where_looks_have_no_steady_pace():
    times = [0, 0.1, 0.2, 2, 7, 7.1, 19, 20, 20.3, 41, 55, 90]
    moments = [Moment(seconds=t, probabilities={Expression.FEAR: 1.0}) for t in times]
    assert make_report(moments).gaps == {}


def test_even_mixture_is_not_called_clear():
    moments = [
        Moment(
            seconds=n / 5, probabilities={(Expression.FEAR if (n // 10) % 2 else Expression.SURPRISE): 1.0}
        )
        for n in range(100)
    ]
    assert not make_report(moments).exit_emotion.clear


@pytest.mark.parametrize("method", ["peak-end", "end-weighted"])
def test_how_often_somebody_looked_changes_no_answer(method):
    """A busy server looks at a face less often; what the face shows for as long counts as much."""
    judged = ReportSettings(method=method, exit_seconds=15)

    def report(first: float, then: float) -> Report:
        happy = course((5, Expression.NEUTRAL), (10, Expression.HAPPINESS), rate=first)
        sad = course((5, Expression.SADNESS), rate=then)
        return make_report([*happy, *(m.model_copy(update={"seconds": m.seconds + 15}) for m in sad)], judged)

    even, dense_end, dense_start = report(10, 10), report(1, 10), report(10, 1)
    for one in (dense_end, dense_start):
        assert one.exit_emotion.label is even.exit_emotion.label is Expression.HAPPINESS
        assert one.exit_emotion.share.value == pytest.approx(even.exit_emotion.share.value, abs=0.06)
        assert one.index.value == pytest.approx(even.index.value, abs=5)
        assert one.mean_valence.value == pytest.approx(even.mean_valence.value, abs=0.06)


def test_moments_at_almost_one_time_are_no_nonsense():
    seen = [n / 5 for n in range(1000)] + [300 + n * 1e-13 for n in range(1, 9)]
    moments = [
        Moment(seconds=t, probabilities={Expression.HAPPINESS: 0.7, Expression.FEAR: 0.3}) for t in seen
    ]
    report = make_report([*moments, Moment(seconds=300), Moment(seconds=300.0 + 1e-12)])
    assert report.low.valence == pytest.approx(report.mean_valence.value)


def test_moments_out_of_order_and_twice_count_once():
    moments = course((20, Expression.HAPPINESS))
    assert make_report([*moments[::-1], *moments]).index == make_report(moments).index


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from([*EXPRESSIONS, None]), min_size=12, max_size=60),
    st.sampled_from(["peak-end", "end-weighted"]),
)
def test_index_stays_within_its_scale(expressions, method):
    moments = [Moment(seconds=n / 2, probabilities={e: 1.0} if e else {}) for n, e in enumerate(expressions)]
    report = make_report(moments, ReportSettings(method=method))
    if report.index:
        assert 0 <= report.index.low <= report.index.value <= report.index.high <= 100


def test_formula_says_what_is_computed():
    assert "last part" in index_formula(ReportSettings())
    assert "30 s" in index_formula(ReportSettings(method="end-weighted"))
    assert expressed_valence({Expression.ANGER: 1.0}) == WEIGHTS[Expression.ANGER] == -1.0


def test_same_course_gives_the_same_report_again():
    parts = (6, Expression.ANGER), (5, Expression.FEAR), (7, Expression.HAPPINESS), (4, Expression.SADNESS)
    for method in ("peak-end", "end-weighted"):
        settings = ReportSettings(method=method)
        report = make_report(course(*parts), settings)
        assert report.index.high - report.index.low > 1
        assert make_report(course(*parts), settings) == report


def test_reading_that_was_stopped_is_said_in_the_report():
    moments = course((20, Expression.HAPPINESS))
    assert make_report(moments).incomplete is None
    report = make_report(moments, incomplete="Stopped after 20 of 60 seconds.")
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_report_that_was_kept_before_it_said_what_is_missing_is_read():
    report = make_report(course((20, Expression.HAPPINESS)), ReportSettings(baseline_seconds=2))
    old = report.model_dump(mode="json", exclude={"incomplete", "label_without_baseline"})
    assert Report.model_validate(old).incomplete is None


def test_interval_of_the_index_holds_nothing_from_before_the_last_part():
    early = [
        Moment(seconds=n / 5, probabilities={Expression.HAPPINESS: 0.8, Expression.NEUTRAL: 0.2})
        for n in range(1470)
    ]
    late = [
        Moment(seconds=294 + n / 5, probabilities={Expression.HAPPINESS: 0.1, Expression.NEUTRAL: 0.9})
        for n in range(30)
    ]
    index = make_report(early + late, ReportSettings(exit_seconds=6), end=300).index
    assert index.high - index.low < 3


def test_clear_is_what_leads_in_nearly_all_resamples_whoever_comes_second():
    def block(start, **shown):
        probabilities = {Expression(name): share for name, share in shown.items()}
        return [Moment(seconds=start + n / 5, probabilities=probabilities) for n in range(10)]

    moments = block(0, happiness=0.40, neutral=0.38, anger=0.22)
    moments += block(2, happiness=0.40, neutral=0.38, anger=0.22)
    moments += block(4, surprise=0.70, happiness=0.16, neutral=0.14)
    ending = make_report(moments, ReportSettings(exit_seconds=6), end=6).exit_emotion
    assert (ending.label, ending.is_long, ending.clear) == (Expression.HAPPINESS, True, False)


def test_mean_valence_of_one_stretch_is_anything():
    moments = [
        Moment(seconds=n / 10, probabilities={Expression.HAPPINESS: share, Expression.NEUTRAL: 1 - share})
        for n, share in enumerate([0.5, 0.9] * 5)
    ]
    assert (make_report(moments).mean_valence.low, make_report(moments).mean_valence.high) == (-1, 1)
