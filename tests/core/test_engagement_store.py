from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import create_engine, inspect, text, update

from core.engagement import Moment, make_report
from core.engagement.audit import FILE, note, read_notes
from core.engagement.database import ENGAGEMENTS, writing
from core.engagement.migrating import migrate
from core.engagement.store import (
    Engagement,
    UnknownEngagementError,
    delete_engagement,
    delete_old,
    get_engagement,
    keep_engagement,
    list_engagements,
    reach_storage,
)
from core.errors import EngagementError
from core.expressions import Expression
from core.settings import settings
from tests.conftest import free_port
from tests.core.postgres import postgres_server

MOMENTS = tuple(Moment(seconds=n / 5, probabilities={Expression.HAPPINESS: 1.0}) for n in range(60))


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, home, monkeypatch) -> None:
    """An empty database of each kind."""
    if request.param == "postgresql":
        monkeypatch.setenv("MIEN_DATABASE_URL", request.getfixturevalue("postgres"))
        settings.cache_clear()
        for one in list_engagements():
            delete_engagement(one.id, "ada")


def engagement(**changes) -> Engagement:
    values = {
        "name": "call 17",
        "channel": "video",
        "source": "recorded",
        "model": "mien-8",
        "digest": "abc",
        "consent": "agreed at the start",
        "report": make_report(MOMENTS),
        "moments": MOMENTS,
    }
    return Engagement(**{**values, **changes})


def test_engagement_comes_back_as_it_was_kept(database):
    kept = engagement()
    keep_engagement(kept, "ada")
    assert get_engagement(kept.id) == kept
    (listed,) = list_engagements()
    assert listed == kept.model_copy(update={"moments": ()})


def test_same_id_again_replaces(database):
    kept = engagement()
    keep_engagement(kept, "ada")
    keep_engagement(kept.model_copy(update={"name": "call 18"}), "ada")
    assert [one.name for one in list_engagements()] == ["call 18"]


def test_deleted_and_too_old_ones_are_gone(database):
    old = engagement(created=datetime.now(UTC) - timedelta(days=91))
    new = engagement()
    for one in (old, new):
        keep_engagement(one, "ada")
    assert [one.id for one in list_engagements()] == [new.id]
    delete_old(datetime.now(UTC) + timedelta(days=91))
    assert list_engagements() == ()
    keep_engagement(new, "ada")
    delete_engagement(new.id, "ada")
    with pytest.raises(EngagementError, match="no engagement"):
        get_engagement(new.id)


def test_result_is_kept_as_long_as_the_settings_say_and_then_its_end_is_noted(home):
    limit = datetime.now(UTC) - timedelta(days=settings().retention_days)
    older, younger = (engagement(created=limit + timedelta(hours=hours)) for hours in (-1, 1))
    for one in (older, younger):
        keep_engagement(one, "ada")
    delete_old()
    assert [one.id for one in list_engagements()] == [younger.id]
    newest = read_notes()[0]
    assert (newest["action"], newest["what"][0], newest["by"]) == ("grown too old", "1", "the server")


def test_who_deleted_what_is_noted_once(home):
    kept = engagement()
    keep_engagement(kept, "ada")
    for by in ("bea", "cleo"):
        delete_engagement(kept.id, by)
    assert [(line["action"], line["what"], line["by"]) for line in read_notes()] == [
        ("deleted", kept.id, "bea"),
        ("kept", kept.id, "ada"),
    ]


def test_nothing_of_a_deleted_one_stays_in_the_files(home):
    kept = engagement(name="a customer's name", moments=MOMENTS * 20)
    keep_engagement(kept, "ada")
    delete_engagement(kept.id, "ada")
    files = {file.name: file.read_bytes() for file in home.glob("engagements.db*")}
    assert "engagements.db-wal" in files
    assert not [name for name, data in files.items() if b"a customer's name" in data]


def test_nothing_of_a_replaced_one_stays_in_the_files(home):
    kept = engagement(name="Bartholomew")
    keep_engagement(kept, "ada")
    keep_engagement(kept.model_copy(update={"name": "call 18"}), "ada")
    files = [file for file in home.rglob("*") if file.is_file()]
    assert files
    assert not any(b"Bartholomew" in file.read_bytes() for file in files)


def test_without_consent_nothing_is_kept(home):
    with pytest.raises(ValueError, match="consent"):
        engagement(consent="")


def test_many_at_once_lose_none(database):
    kept = [engagement(name=f"call {n}", moments=()) for n in range(40)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda one: keep_engagement(one, "ada"), kept))
    assert len(list_engagements()) == 40


@pytest.mark.parametrize("name", ["a\x00", "../a", "", "a\n", "\ud800", "a" * 33])
def test_what_can_be_no_id_is_unknown_whatever_the_database(database, name):
    with pytest.raises(UnknownEngagementError, match="no engagement"):
        get_engagement(name)
    with pytest.raises(UnknownEngagementError, match="no engagement"):
        delete_engagement(name, "ada")


def test_text_that_a_database_refuses_is_kept_without_what_it_refuses(database):
    keep_engagement(
        engagement(name="call\x00 17", channel="\x1bvideo", consent="agreed\nat\x00 the start"), "ada"
    )
    (kept,) = list_engagements()
    assert (kept.name, kept.channel, kept.consent) == ("call 17", "video", "agreed\nat the start")


def test_servers_that_start_at_once_make_the_tables_one_after_the_other(postgres):
    with create_engine(postgres, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CREATE DATABASE fresh"))
    url = postgres.removesuffix("/postgres") + "/fresh"
    servers, start = [create_engine(url) for _ in range(6)], Barrier(6)

    def begin(server) -> None:
        server.connect().close()
        start.wait()
        migrate(server)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(begin, servers))
    assert inspect(servers[0]).has_table("engagements")
    for server in servers:
        server.dispose()


def test_tables_of_a_newer_version_are_left_alone_in_one_sentence(home, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'newer.db'}"
    with create_engine(url).begin() as connection:
        connection.execute(text("CREATE TABLE engagements_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO engagements_version VALUES ('9999')"))
    monkeypatch.setenv("MIEN_DATABASE_URL", url)
    settings.cache_clear()
    with pytest.raises(EngagementError, match="newer version"):
        keep_engagement(engagement(), "ada")


def test_database_elsewhere_has_its_log_here(home, postgres, monkeypatch):
    monkeypatch.setenv("MIEN_DATABASE_URL", postgres)
    settings.cache_clear()
    assert not home.exists()
    kept = engagement()
    keep_engagement(kept, "ada")
    assert [(line["action"], line["what"]) for line in read_notes()] == [("kept", kept.id)]


def test_newest_lines_of_a_long_log_are_told(home):
    for number in range(5):
        note("kept", str(number), "ada")
    assert [line["what"] for line in read_notes(most=2)] == ["4", "3"]


def test_line_of_the_log_that_was_cut_short_spoils_no_other(home):
    note("kept", "a", "ada")
    with (home / FILE).open("a") as file:
        file.write('{"when": "2026-')
    note("deleted", "a", "bea")
    assert [line["by"] for line in read_notes()] == ["bea", "ada"]


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg://mien@127.0.0.1:{free_port()}/postgres",
        "nothing+nowhere://",
        "postgresql+psycopg://mien@127.0.0.1:${PORT}/postgres",
        "no address",
        "sqlite:////proc/none/engagements.db",
    ],
    ids=["nobody listens", "no such dialect", "no port", "no address", "no such folder"],
)
def test_database_that_cannot_be_reached_is_one_sentence(home, monkeypatch, url):
    monkeypatch.setenv("MIEN_DATABASE_URL", url)
    settings.cache_clear()
    for ask in (reach_storage, list_engagements):
        told = r"^The engagements cannot be \w+ \([^\n]+\): check MIEN_DATABASE_URL\.$"
        with pytest.raises(EngagementError, match=told):
            ask()


def test_database_that_cannot_be_opened_is_one_sentence(home):
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file where a folder should be")
    with pytest.raises(EngagementError, match="cannot be"):
        keep_engagement(engagement(), "ada")


def test_result_of_another_version_is_left_out_of_the_list_and_can_be_deleted(home, caplog):
    kept, odd = (engagement(name=name) for name in ("ours", "theirs"))
    for one in (kept, odd):
        keep_engagement(one, "Ada")
    report = odd.report.model_dump(mode="json")
    report["settings"]["method"] = "of another version"
    with writing() as connection:
        connection.execute(update(ENGAGEMENTS).where(ENGAGEMENTS.c.id == odd.id).values(report=report))
    assert [one.name for one in list_engagements()] == ["ours"]
    assert f"{odd.id} was kept by another version" in caplog.text
    with pytest.raises(EngagementError, match="another version of Mien"):
        get_engagement(odd.id)
    delete_engagement(odd.id, "Ada")
    assert get_engagement(kept.id).name == "ours"
