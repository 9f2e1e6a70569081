"""What was kept: the list, its trend, surveys, and what applications left."""

import os
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest
from streamlit.testing.v1 import AppTest

from core.bundles import Interval
from core.engagement import Moment, Report, ReportSettings, make_report
from core.engagement.audit import read_notes
from core.engagement.journal import Journal, Opening, unfinished
from core.engagement.store import Engagement, delete_engagement, keep_engagement, list_engagements
from core.expressions import Expression
from core.settings import settings
from tests.ui.conftest import keyed, open_page
from ui.engagement.kept import DELETED
from ui.engagement.trend import FEWEST_FOR_ALL, by_channel, comparable, trend_chart


@pytest.fixture
def app(home) -> AppTest:
    return open_page("engagements", 120)


def look(seconds: float, expression: Expression = Expression.HAPPINESS) -> Moment:
    return Moment(seconds=seconds, probabilities={expression: 1.0})


MOMENTS = tuple(look(n * 0.5, Expression.SADNESS if n < 40 else Expression.HAPPINESS) for n in range(80))


def kept_page(name: str) -> AppTest:
    script = f"from ui.engagement.kept import kept_card\nkept_card('{name}')"
    return AppTest.from_string(script, default_timeout=60)


@lru_cache
def report_of_moments() -> Report:
    return make_report(MOMENTS)


def keep(**changes) -> Engagement:
    values = {
        "name": "call 17",
        "source": "api",
        "model": "mien-8",
        "digest": "abc",
        "consent": "agreed",
        "report": report_of_moments(),
        "moments": MOMENTS,
    }
    engagement = Engagement(**values | changes)
    keep_engagement(engagement, "bea")
    return engagement


def test_kept_engagement_is_shown_as_it_was_and_with_other_settings(home):
    hostile = "![x](https://example.org/x.png)"
    one = keep(name=hostile, consent=hostile)
    kept_card = kept_page(one.id)
    kept_card.run()
    assert not kept_card.exception
    shown = [e.value for e in [*kept_card.subheader, *kept_card.markdown, *kept_card.caption]]
    assert not any(hostile in text for text in shown), "a name from elsewhere is no Markdown"
    titles = [header.value for header in kept_card.header]
    assert titles == ["Happiness", f"{one.report.index.value:.0f}"]
    assert any("index = 50 + 50" in text.lower() for text in shown)
    kept_card.number_input(key=f"weight-happiness-{one.id}").set_value(0.2).run()
    assert "other settings" in kept_card.info[0].value
    assert int(kept_card.header[1].value) < one.report.index.value
    kept_card.segmented_control(key=f"last-part-{one.id}").set_value("share").run()
    kept_card.slider(key=f"exit_share-{one.id}").set_value(100).run()
    assert not kept_card.exception


def test_kept_engagement_with_any_share_is_shown_as_it_was(home):
    one = keep(report=make_report(MOMENTS, ReportSettings(exit_share=0.333)))
    page = kept_page(one.id)
    page.run()
    assert not page.exception
    assert not page.info
    page.slider(key=f"exit_share-{one.id}").set_value(50).run()
    assert "other settings" in page.info[0].value


def test_kept_engagement_is_deleted_by_an_analyst_only(home, monkeypatch):
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    one = keep()
    page = kept_page(one.id)
    page.run()
    assert not [button for button in page.button if button.key == "delete_engagement"]
    page.session_state["analyst"] = "Ada"
    page.run()
    page.button(key="delete_engagement").click().run()
    assert list_engagements() == (one.model_copy(update={"moments": ()}),), "not before it is confirmed"
    dialog = AppTest.from_string(
        f"from ui.engagement.kept import confirm_delete\nconfirm_delete('{one.id}', 'call 17')",
        default_timeout=60,
    )
    dialog.session_state["analyst"] = "Ada"
    dialog.run().button(key="confirm_delete_engagement").click().run()
    assert not dialog.exception
    assert dialog.session_state[DELETED] == one.name
    assert list_engagements() == ()
    assert (read_notes()[0]["action"], read_notes()[0]["by"]) == ("deleted", "Ada")


def test_list_is_filtered_and_what_was_done_is_logged(app):
    keep(channel="video")
    old = keep(channel="shop", created=datetime.now(UTC) - timedelta(days=3))
    app.run()
    app.segmented_control(key="view").set_value("Kept").run()
    assert len(app.dataframe[0].value) == 2
    assert "When (UTC)" in app.dataframe[0].value
    assert [field.label for field in app.date_input] == ["Since (UTC)", "Until (UTC)"]
    app.selectbox(key="only-Channel").set_value("shop").run()
    assert list(app.dataframe[0].value["Id"]) == [old.id]
    app.selectbox(key="only-Channel").set_value(None).run()
    app.date_input(key="since").set_value(datetime.now(UTC).date()).run()
    assert old.id not in list(app.dataframe[0].value["Id"])
    tomorrow = keep(created=datetime.now(UTC) + timedelta(days=1))  # on a page left open overnight
    app.run()
    assert tomorrow.id in list(app.dataframe[0].value["Id"])
    delete_engagement(tomorrow.id, "ada")
    delete_engagement(old.id, "ada")
    assert [(line["action"], line["by"]) for line in read_notes()] == [
        ("deleted", "ada"),
        ("deleted", "ada"),
        ("kept", "bea"),
        ("kept", "bea"),
        ("kept", "bea"),
    ]


def kept_of(
    channel: str, day: int, index: float, judged: ReportSettings | None = None, **changes
) -> Engagement:
    """One whose index is given."""
    known = {"index": Interval(value=index, low=0, high=100), "settings": judged or ReportSettings()}
    created = datetime(2026, 5, day, tzinfo=UTC) + timedelta(minutes=index)
    report = report_of_moments().model_copy(update=known)
    return keep(channel=channel, created=created, report=report, moments=(), **changes)


@pytest.fixture
def for_good(home, monkeypatch) -> None:
    """Nothing is too old."""
    monkeypatch.setenv("MIEN_RETENTION_DAYS", "100000")
    settings.cache_clear()


def test_trend_has_a_line_for_each_channel_and_only_what_can_be_compared(for_good):
    kept_of("video", 1, 40.0)
    kept_of("video", 1, 60.0)
    kept_of("video", 2, 70.0)
    kept_of("shop", 2, 30.0)
    kept_of("", 3, 20.0)
    kept_of("video", 3, 99.0, digest="another model's")
    kept_of("video", 3, 98.0, judged=ReportSettings(method="end-weighted"))
    lines = by_channel(comparable(list_engagements()))
    assert lines == {
        "video": {"2026-05-01": [40.0, 60.0], "2026-05-02": [70.0]},
        "shop": {"2026-05-02": [30.0]},
        "no channel": {"2026-05-03": [20.0]},
    }
    figure = trend_chart(lines)
    assert figure.layout.xaxis.dtick == 24 * 3600 * 1000, "days, and no hours between them"
    video, shop, _ = figure.data
    assert (video.name, list(video.x), list(video.y)) == ("video", ["2026-05-01", "2026-05-02"], [50.0, 70.0])
    assert list(video.customdata) == ["2 engagements", "1 engagement"]
    assert video.line.color != shop.line.color
    page = AppTest.from_string(
        default_timeout=60,
        script="from core.engagement.store import list_engagements\n"
        "from ui.engagement.trend import trend_card\n"
        "trend_card(list_engagements())",
    ).run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1
    assert "2 engagements are not in this trend" in page.caption[0].value


def test_surveys_are_checked_on_the_page(for_good):
    ids = [kept_of("video", 1 + n, 10.0 + 3 * n).id for n in range(25)]
    others = [kept_of("video", 26, 5.0, digest="another model's").id for _ in range(2)]
    rows = [f"{name};90" for name in others]
    rows += [f"{name};{4 * n}" for n, name in enumerate(ids)] + [f"{ids[0]};50", f"{ids[3]};none"]
    page = AppTest.from_string(
        default_timeout=60,
        script="from core.engagement.store import list_engagements\n"
        "from ui.engagement.surveys import surveys_card\n"
        "surveys_card(list_engagements())",
    ).run()
    page.file_uploader(key="surveys").upload(
        "s.csv", "\n".join(["id;CSAT", *rows]).encode(), "text/csv"
    ).run()
    assert not page.exception
    told = " ".join(one.value for one in page.markdown)
    assert "clearly with higher survey scores" in told
    assert "24 engagements with both" in told
    assert "(80 or more)" in told
    assert "2 engagements are not in this check" in " ".join(one.value for one in page.caption)
    warned = " ".join(one.value for one in page.warning)
    assert ids[0] in warned
    assert "1 row without a number" in warned
    expected = page.dataframe[0].value
    assert list(expected["Index"]) == [20, 30, 40, 50, 60, 70, 80]
    assert (expected["From"] <= expected["Survey score"]).all()
    page.number_input[0].set_value(50.0).run()
    assert "(50 or more)" in " ".join(one.value for one in page.markdown)


def test_engagement_that_an_application_left_is_offered_to_analysts(app, home, monkeypatch):
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    known = {"consent": "agreed", "model": "mien-8", "digest": "abc", "source": "api", "channel": "video"}
    left, gone = (Journal.begin(Opening(name=name, **known)) for name in ("call 18", "call 19"))
    left.add(look(1.0))
    app.run()
    app.segmented_control(key="view").set_value("Kept").run()
    assert not keyed(app.button, "keep-"), "it may be going on"
    for file in (home / "engagements").glob("*.jsonl"):
        os.utime(file, (0, 0))
    app.run()
    assert not keyed(app.button, "keep-"), "whoever only watches decides nothing"
    app.session_state["analyst"] = "Ada"
    app.run()
    button = app.button(key=f"delete-{gone.opening.id}").click()
    gone.add(look(2.0))
    button.run()
    assert "goes on again" in app.error[0].value
    assert gone.moments(), "it went on after the page was drawn"
    os.utime(home / "engagements" / f"{gone.opening.id}.jsonl", (0, 0))
    app.run()
    app.button(key=f"delete-{gone.opening.id}").click().run()
    app.button(key=f"keep-{left.opening.id}").click().run()
    assert not app.exception
    assert unfinished() == ()
    assert [(one.name, one.channel) for one in list_engagements()] == [("call 18", "video")]
    assert [(line["action"], line["by"]) for line in read_notes()] == [("kept", "Ada"), ("deleted", "Ada")]


def test_what_was_kept_of_single_customers_is_for_analysts_where_a_code_tells_who_is_one(app, monkeypatch):
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    keep(name="Ms Kovacs", consent="told and agreed")
    app.run()
    app.segmented_control(key="view").set_value("Kept").run()
    assert not app.exception
    assert "1 engagement kept. Each by itself is for analysts" in app.info[0].value
    assert not app.dataframe
    app.session_state["analyst"] = "Ada"
    app.run()
    assert app.dataframe[0].value["Name"].tolist() == ["Ms Kovacs"]


def test_who_may_not_see_people_sees_no_day_with_few_of_them(for_good):
    for day, count in ((1, 5), (2, 4), (3, 6)):
        for number in range(count):
            kept_of("video", day, 40.0 + number)
    kept_of("shop", 1, 30.0)
    for number in range(6):
        keep(channel="video", report=report_of_moments(), name=f"today {number}")
    lines = by_channel(comparable(list_engagements()), FEWEST_FOR_ALL)
    assert {channel: list(days) for channel, days in lines.items()} == {"video": ["2026-05-01", "2026-05-03"]}


def test_settings_that_are_not_used_part_no_results(for_good):
    kept_of("video", 1, 80.0, ReportSettings(exit_share=0.2, exit_seconds=20.0))
    kept_of("video", 2, 60.0, ReportSettings(exit_share=0.2, half_life=5.0))
    kept_of("video", 3, 60.0, ReportSettings(exit_share=0.3))
    assert len(comparable(list_engagements())) == 2


def test_ending_that_was_too_short_to_be_sure_of_is_marked_in_the_list(home):
    keep(report=make_report(MOMENTS[:4]), moments=MOMENTS[:4], name="short")
    keep(name="long")
    page = AppTest.from_string(
        "from core.engagement.store import list_engagements\n"
        "from ui.engagement.kept import list_card\n"
        "list_card(list_engagements())",
        default_timeout=60,
    ).run()
    assert not page.exception
    table = page.dataframe[0].value
    ending = dict(zip(table["Name"], table["Exit emotion"], strict=True))
    assert ending["short"].endswith(" ?")
    assert ending["long"] == "Happiness"
