"""Trainings that run apart from the pages: queued, watched, cancelled and resumed.

    spec = JobSpec(recipe=load_recipe("drawn"), data=("drawn",), name="first-try")
    job = get_runner().submit(spec, by="ada")
    get_runner().get(job.id).state

Light enough for a page: nothing here loads Keras.
"""

from training.jobs.job import Job, JobError, JobSpec, JobState
from training.jobs.runner import JobRunner, get_runner

__all__ = ["Job", "JobError", "JobRunner", "JobSpec", "JobState", "get_runner"]
