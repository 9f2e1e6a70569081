import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from core.engagement import Moment
from core.engagement.audit import read_notes
from core.engagement.closing import CUT_OFF, close_journal, delete_all, discard_journal
from core.engagement.journal import (
    EndedError,
    Journal,
    JournalError,
    Opening,
    delete_old_journals,
    find_journal,
    unfinished,
)
from core.engagement.store import get_engagement, list_engagements, reach_storage
from core.errors import EngagementError
from core.expressions import Expression

WRITE = """
import time
from core.engagement import Moment
from core.engagement.journal import Journal, Opening
journal = Journal.begin(Opening(id="aa", consent="agreed", model="mien-8", digest="abc"))
for n in range(10_000):
    journal.add(Moment(seconds=n / 10, gap="nobody seen"))
    print(n, flush=True)
    time.sleep(0.1)
"""


def test_readings_come_back_and_deletion_leaves_nothing(home):
    journal = Journal.begin(Opening(consent="agreed", model="mien-8", digest="abc"))
    moment = Moment(seconds=1.5, probabilities={Expression.FEAR: 1.0})
    journal.add(moment)
    (found,) = unfinished()
    assert found.opening == journal.opening
    assert found.moments() == [moment]
    found.delete()
    assert unfinished() == ()


def test_killed_process_loses_at_most_the_last_second(home):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE],
        env={**os.environ, "MIEN_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    while int(process.stdout.readline()) < 20:
        pass
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    time.sleep(0.1)
    (found,) = unfinished()
    assert found.moments()[-1].seconds >= 2.0 - 1.0
    assert len(found.moments()) >= 20


def test_torn_line_is_left_out(home):
    journal = Journal.begin(Opening(consent="agreed", model="mien-8", digest="abc"))
    journal.add(Moment(seconds=1.0, gap="nobody seen"))
    with next((home / "engagements").glob("*.jsonl")).open("a") as file:
        file.write('{"seconds": 2')
    assert [moment.seconds for moment in unfinished()[0].moments()] == [1.0]


def begin(**changes) -> Journal:
    return Journal.begin(Opening(**{"consent": "agreed", "model": "mien-8", "digest": "abc"} | changes))


def look(seconds: float) -> Moment:
    return Moment(seconds=seconds, probabilities={Expression.HAPPINESS: 1.0})


def test_same_time_counts_once_whoever_adds_it(home):
    journal = begin()
    assert [journal.add(look(t)) for t in (1.0, 2.0, 1.0)] == [True, True, False]
    other = find_journal(journal.opening.id)
    assert [other.add(look(t)) for t in (2.0, 0.5)] == [False, True]
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda n: begin_again(journal).add(look(float(n % 5 + 10))), range(40))) == 5
    assert [moment.seconds for moment in journal.moments()] == [0.5, 1.0, 2.0, *range(10, 15)]


def begin_again(journal: Journal) -> Journal:
    return find_journal(journal.opening.id)


def test_reading_after_one_that_a_kill_cut_short_is_kept(home):
    journal = begin()
    journal.add(look(1.0))
    with next((home / "engagements").glob("*.jsonl")).open("a") as file:
        file.write('{"seconds": 2')
    assert begin_again(journal).add(look(3.0))
    assert [moment.seconds for moment in journal.moments()] == [1.0, 3.0]


def test_looks_are_counted_without_the_opening(home):
    journal = begin()
    assert journal.count_looks() == 0
    for seconds in (1.0, 2.0, 2.0):
        journal.add(look(seconds))
    assert journal.count_looks() == 2
    journal.delete()
    assert journal.count_looks() == 0


def test_what_grew_too_old_before_it_ended_is_noted(home):
    old = begin(begun=datetime.now(UTC) - timedelta(days=91))
    delete_old_journals()
    assert [(line["action"], line["what"], line["by"]) for line in read_notes()] == [
        ("grown too old", old.opening.id, "the server")
    ]


def test_nothing_is_written_once_it_has_ended(home):
    journal = begin()
    find_journal(journal.opening.id).delete()
    with pytest.raises(EndedError):
        journal.add(look(1.0))
    with pytest.raises(EndedError):
        close_journal(journal, "", "ada")
    assert list((home / "engagements").iterdir()) == []


def test_result_says_what_was_known_when_the_engagement_began(home):
    known = {
        "consent": "told at the till and agreed",
        "channel": "returns",
        "begun": datetime.now(UTC) - timedelta(days=2, hours=3),
        "model": "ckplus-reference",
        "digest": "0123456789ab",
        "source": "api",
    }
    named, unnamed = begin(name="call 17", **known), begin(**known)
    kept = [get_engagement(close_journal(journal, "", "ada").id) for journal in (named, unnamed)]
    for one in kept:
        assert (one.consent, one.channel, one.created) == (known["consent"], "returns", known["begun"])
        assert (one.model, one.digest, one.source) == ("ckplus-reference", "0123456789ab", "api")
    assert [one.name for one in kept] == ["call 17", f"API, {known['begun']:%d %b %H:%M} UTC"]


def test_readings_stay_where_their_result_cannot_be_kept(home, monkeypatch):
    monkeypatch.setattr("core.engagement.database.BUSY_MILLISECONDS", 50)
    journal = begin()
    for n in range(30):
        journal.add(look(n / 2))
    reach_storage()
    with closing(sqlite3.connect(home / "engagements.db", isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        with pytest.raises(EngagementError, match="locked"):
            close_journal(journal, "", "ada")
    (left,) = unfinished()
    assert len(left.moments()) == 30
    assert close_journal(left, "", "ada").report.moments == 30


def test_report_of_what_was_cut_off_says_so(home):
    journal = begin()
    for n in range(30):
        journal.add(look(n / 2))
    assert close_journal(journal, "", "ada", CUT_OFF).report.incomplete == CUT_OFF


@pytest.fixture
def kept_and_left(home) -> Journal:
    """What a kill leaves between keeping a result and deleting its journal."""
    journal = Journal.begin(Opening(consent="agreed", model="mien-8", digest="abc"))
    for n in range(40):
        journal.add(Moment(seconds=n, probabilities={Expression.FEAR: 1.0}))
    opening, moments = journal.opening, journal.moments()
    close_journal(journal, "call 17", "ada")
    again = Journal.begin(opening)
    for moment in moments:
        again.add(moment)
    return again


def test_result_that_was_kept_before_a_kill_stays_as_it_is(kept_and_left):
    kept = get_engagement(kept_and_left.opening.id)
    assert close_journal(kept_and_left, "", "bea", CUT_OFF) == kept
    assert get_engagement(kept.id) == kept
    assert unfinished() == ()


def test_deleted_result_leaves_no_readings_of_before_a_kill(kept_and_left):
    delete_all(kept_and_left.opening.id, "ada")
    assert (list_engagements(), unfinished()) == ((), ())


def test_last_part_ends_with_the_engagement_not_with_the_last_reading(home):
    finished, unknown = begin(), begin()
    for journal in (finished, unknown):
        for n in range(60):
            journal.add(look(n / 2))
    report = close_journal(finished, "", "ada", end=90).report
    assert (report.seconds, report.exit_emotion) == (90, None)
    assert report.gaps == {"no frame came": 121}
    assert close_journal(unknown, "", "ada").report.exit_emotion.moments == 21


def test_who_discards_what_was_read_is_noted_once(home):
    journal = begin()
    for by in ("ada", "bea"):
        discard_journal(journal, by)
    assert unfinished() == ()
    assert [(line["action"], line["what"], line["by"]) for line in read_notes()] == [
        ("deleted", journal.opening.id, "ada")
    ]


def test_ended_twice_at_once_is_ended_once_with_all_it_held(home):
    for _ in range(5):
        journal = begin()
        for n in range(30):
            journal.add(look(n / 2))
        with ThreadPoolExecutor(4) as threads:
            ended = list(threads.map(lambda _, j=journal: ends(j), range(4)))
        assert sum(ended) == 1
        assert get_engagement(journal.opening.id).report.moments == 30


def ends(journal: Journal) -> bool:
    try:
        close_journal(journal, "", "ada")
    except EndedError:
        return False
    return True


def test_folder_that_cannot_be_written_is_one_sentence(home):
    home.mkdir(parents=True)
    (home / "engagements").write_text("a file where a folder should be")
    with pytest.raises(JournalError, match="cannot be recorded"):
        begin()


def test_no_name_leads_out_of_the_folder(home):
    begin()
    assert find_journal("../engagements/x") is None


def test_old_ones_are_deleted_whoever_left_them(home):
    stuck = begin(begun=datetime.now(UTC) - timedelta(days=92))
    begin(begun=datetime.now(UTC) - timedelta(days=91))
    young = begin()
    lock = home / "engagements" / f"{stuck.opening.id}.lock"
    lock.mkdir()  # a file cannot be locked there
    delete_old_journals()
    assert [journal.opening.id for journal in unfinished()] == [stuck.opening.id, young.opening.id]
    lock.rmdir()
    delete_old_journals()
    assert [journal.opening.id for journal in unfinished()] == [young.opening.id]


def test_journal_that_cannot_be_locked_is_one_sentence(home):
    journal = begin()
    (home / "engagements" / f"{journal.opening.id}.lock").mkdir()
    for act in (journal.delete, lambda: journal.add(look(1.0)), lambda: close_journal(journal, "", "ada")):
        with pytest.raises(JournalError, match="cannot be changed"):
            act()


def test_hundreds_at_once_are_not_read_anew_for_each_frame(home):
    journals = [begin() for _ in range(200)]
    for n in range(3):
        for journal in journals:
            journal.add(look(float(n)))
    journal = find_journal(journals[0].opening.id)
    file = home / "engagements" / f"{journal.opening.id}.jsonl"
    with file.open("r+b") as stream:  # whoever reads it from the start finds nothing now
        stream.write(b" " * (file.stat().st_size - 1))
    assert not journal.add(look(1.0))


@pytest.mark.parametrize("rest", [b"", b'{"consent": "told \xc3', b"no opening\n"])
def test_damaged_journal_hides_no_other_and_is_deleted_when_it_is_old(home, rest):
    journal = begin()
    damaged = home / "engagements" / "0123456789abcdef.jsonl"
    damaged.write_bytes(rest)
    assert [one.opening.id for one in unfinished()] == [journal.opening.id]
    delete_old_journals()
    assert damaged.exists()
    os.utime(damaged, (0, 0))
    delete_old_journals()
    assert not damaged.exists()
    assert len(unfinished()) == 1
