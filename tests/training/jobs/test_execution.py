"""What one job does, in this process."""

import json

import pytest

from core.bundles import find_bundle
from core.errors import BundleError, DataError
from tests.training.conftest import make_recipe
from tests.training.datasets.test_ckplus import write_learnable
from tests.training.test_registry import copy_bundle
from training.jobs.execution import execute
from training.jobs.job import RUN_FOLDER, VERDICT_FILE, JobSpec
from training.jobs.made import made_by
from training.registry import promote
from training.run_folder import RUN_FILE
from training.verdict import read_verdict


def test_verdict_is_of_the_held_out_rows_alone_where_pictures_of_two_data_sets_have_one_name(home, tmp_path):
    folders = []
    for month, people in (("january", 10), ("february", 12)):
        write_learnable(tmp_path / month, subjects=people, frames=1)
        for file in list((tmp_path / month).rglob("*.png")):
            file.rename(file.with_name(f"{file.stem[1:4]}_a_{month[:1]}.png"))  # not CK+48's names
        folders.append(str(tmp_path / month))
    for file in list((tmp_path / "february").rglob("*.png")):
        file.rename(file.with_name(file.name.replace("_f.", "_j.")))
    recipe = make_recipe(network="reference", epochs=1)
    spec = JobSpec(recipe=recipe, data=tuple(folders), name="two-folders", anyway=True)
    (tmp_path / "job").mkdir()
    execute(spec, tmp_path / "job")
    verdict = read_verdict(tmp_path / "job" / VERDICT_FILE)
    rows = find_bundle("two-folders").card.training.rows
    assert verdict.challenger.score.n == rows["test"] < rows["train"]
    with pytest.raises(DataError, match="begun with other data or settings: submit it again, as a new job"):
        execute(spec.model_copy(update={"seed": 1}), tmp_path / "job")


def test_job_writes_over_no_model_but_its_own(home, tmp_path):
    card = find_bundle(copy_bundle(home, "mine")).card
    spec = JobSpec(recipe=make_recipe(), data=(str(tmp_path / "nowhere"),), name="mine")
    run = tmp_path / RUN_FOLDER
    run.mkdir()
    own = {"created": card.created.isoformat(), "data_digest": card.training.data_digest}
    for other in ({}, {"created": "2026-01-01T00:00:00+00:00"}, {"data_digest": "of other data"}):
        if other:
            (run / RUN_FILE).write_text(json.dumps(own | other))
        with pytest.raises(BundleError, match="mine was made meanwhile: submit the job again under another"):
            execute(spec, tmp_path)
        assert made_by(tmp_path, "mine") is None
    (run / RUN_FILE).write_text(json.dumps(own))
    assert made_by(tmp_path, "mine").name == "mine"
    with pytest.raises(DataError, match="There is no data at"):
        execute(spec, tmp_path)
    promote("mine", "ada")
    with pytest.raises(BundleError, match="mine serves by now"):
        execute(spec, tmp_path)
