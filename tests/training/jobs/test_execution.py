"""What one job does, in this process."""

import pytest

from core.bundles import find_bundle
from core.errors import DataError
from tests.training.conftest import make_recipe
from tests.training.datasets.test_ckplus import write_learnable
from training.jobs.execution import execute
from training.jobs.job import VERDICT_FILE, JobSpec
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
