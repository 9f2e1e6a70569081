from training.jobs.job import JobState, jobs_folder
from training.jobs.process import main


def test_damaged_specification_fails_the_job_and_says_so(home):
    folder = jobs_folder() / "x"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text('{"recipe": 1}')
    assert main("x") == 1
    outcome = (folder / "outcome.json").read_text()
    assert JobState.FAILED in outcome
    assert "failed unexpectedly" in outcome
