import pytest
from streamlit.testing.v1 import AppTest

from tests.training.conftest import make_recipe
from tests.training.jobs.conftest import no_worker
from training.jobs import JobSpec, JobState, table

SPEC = JobSpec(recipe=make_recipe(), data=("drawn",), name="tiny")


def jobs_list() -> None:
    from ui.retrain.jobs_list import jobs_card

    jobs_card(None)


def ended(name: str, state: JobState) -> None:
    job = table.add(SPEC.model_copy(update={"name": name}), "ada")
    table.claim("cpu")
    table.end(job.id, state, "So it ended.")


def names(card: AppTest) -> list[str]:
    return [button.label for button in card.button if button.key.startswith("open-")]


@pytest.fixture
def card(home, monkeypatch) -> AppTest:
    no_worker(monkeypatch)
    ended("lost", JobState.LOST)
    for number in range(20):
        ended(f"done-{number}", JobState.DONE)
    table.add(SPEC, "ada")
    return AppTest.from_function(jobs_list, default_timeout=60).run()


def test_what_waits_or_was_lost_is_always_listed_and_the_rest_comes_on_demand(card):
    assert names(card) == ["tiny", *(f"done-{number}" for number in range(19, 11, -1)), "lost"]
    assert card.button(key="more_jobs").label == "Show more (12)"
    card.button(key="more_jobs").click().run()
    card.button(key="more_jobs").click().run()
    assert len(names(card)) == 22
    assert "more_jobs" not in [button.key for button in card.button]
