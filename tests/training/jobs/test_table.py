import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.training.conftest import make_recipe
from tests.training.jobs.conftest import no_worker
from training.jobs import JobError, JobSpec, JobState, get_runner, table
from training.jobs.naming import free_name
from training.jobs.unreadable import OTHER_VERSION

SPEC = JobSpec(recipe=make_recipe(), data=("drawn",), name="tiny")


def test_jobs_are_claimed_in_order_and_one_a_device(home):
    first, second, third = (table.add(SPEC, "ada") for _ in range(3))
    assert [table.get(job.id).place for job in (first, second, third)] == [0, 1, 2]
    assert table.claim("gpu:0").id == first.id
    assert table.claim("gpu:0") is None
    assert table.claim("gpu:1").id == second.id
    assert [job.id for job in table.everything()] == [third.id, second.id, first.id]
    assert table.end(first.id, JobState.DONE, "fine")
    assert not table.end(first.id, JobState.FAILED, "too late")
    assert table.claim("gpu:0").id == third.id


def test_workers_that_claim_at_once_never_get_the_same_job(home):
    jobs = [table.add(SPEC, "ada") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        claimed = list(threads.map(table.claim, [f"gpu:{n}" for n in range(8)]))
    assert sorted(job.id for job in claimed) == sorted(job.id for job in jobs)


def test_job_that_was_stopped_waits_again_behind_the_others(home):
    first, second = (table.add(SPEC, "ada") for _ in range(2))
    table.claim("cpu")
    table.ask_cancel(first.id)
    table.end(first.id, JobState.CANCELLED, "stopped")
    assert table.requeue(table.get(first.id))
    again = table.get(first.id)
    assert (again.state, again.attempt, again.place, again.cancel_asked) == (JobState.QUEUED, 2, 1, None)
    assert table.get(second.id).place == 0


def test_job_that_waits_again_is_claimed_after_those_that_came_before_it(home):
    first, second = (table.add(SPEC, "ada") for _ in range(2))
    table.claim("cpu")
    table.end(first.id, JobState.LOST, "gone")
    table.requeue(table.get(first.id))
    assert [table.claim(f"gpu:{n}").id for n in range(2)] == [second.id, first.id]


def test_end_of_an_earlier_attempt_does_not_end_the_later_one(home):
    job = table.add(SPEC, "ada")
    table.claim("cpu")
    assert table.end(job.id, JobState.LOST, "gone", attempt=1)
    table.requeue(table.get(job.id))
    table.claim("cpu")
    assert not table.end(job.id, JobState.FAILED, "of before", attempt=1)
    assert table.get(job.id).state is JobState.RUNNING
    assert table.end(job.id, JobState.DONE, "fine", attempt=2)


def test_first_wish_to_stop_is_the_one_that_counts(home):
    job = table.add(SPEC, "ada")
    table.claim("cpu")
    table.ask_cancel(job.id)
    asked = table.get(job.id).cancel_asked
    table.ask_cancel(job.id)
    assert table.get(job.id).cancel_asked == asked


def test_only_a_job_that_ended_is_removed(home):
    job = table.add(SPEC, "ada")
    assert not table.remove(job)
    table.claim("cpu")
    assert not table.remove(job)
    table.end(job.id, JobState.FAILED, "broken")
    assert table.remove(job)
    assert table.everything() == ()


def test_job_of_another_version_fails_with_a_sentence_and_the_next_one_runs(home, monkeypatch):
    no_worker(monkeypatch)
    newer, broken, ours = (table.add(SPEC, "ada") for _ in range(3))
    told = newer.spec.model_dump(mode="json")
    told["recipe"]["unheard_of"] = 1
    table.change(newer.id, spec=told)
    table.change(broken.id, spec=["not", "at", "all"])
    assert [job.state for job in table.everything()] == [JobState.QUEUED] * 3
    assert table.claim("cpu").id == ours.id
    failed = table.get(newer.id)
    assert (failed.state, failed.message) == (JobState.FAILED, OTHER_VERSION)
    assert (failed.spec.name, failed.spec.recipe.widths) == ("tiny", SPEC.recipe.widths)
    assert not failed.resumable
    with pytest.raises(JobError, match="another version of Mien: start it again"):
        get_runner().resume(newer.id)
    for job in (newer, broken):
        get_runner().delete(job.id)
    assert [job.id for job in table.everything()] == [ours.id]


def test_unknown_job_is_one_sentence(home):
    with pytest.raises(JobError, match="There is no job 'x'"):
        table.get("x")


def test_table_that_cannot_be_written_is_one_sentence(home):
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file where a folder should be")
    with pytest.raises(JobError, match="cannot be written"):
        table.add(SPEC, "ada")


@pytest.mark.parametrize(("wanted", "name"), [("My try!", "my-try"), ("mien-8", "mien-8-2"), ("…", "model")])
def test_new_names_are_folders_everywhere_and_replace_no_model(home, wanted, name):
    assert free_name(wanted) == name


def test_name_of_a_waiting_job_is_taken(home):
    table.add(SPEC, "ada")
    assert free_name("tiny") == "tiny-2"


def test_table_with_a_date_that_is_none_gives_one_sentence(home):
    table.add(SPEC, "ada")
    with sqlite3.connect(home / "jobs" / "jobs.db") as database:
        database.execute("update jobs set created = 'garbage'")
    with pytest.raises(JobError, match="cannot be read"):
        table.everything()
