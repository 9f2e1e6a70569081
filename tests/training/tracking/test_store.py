import subprocess
import sys

from tests.conftest import ROOT

LIGHT = """
import sys
import core.classifier, ui.models, training.registry
print([name for name in ("mlflow", "keras", "tensorflow", "sqlalchemy") if name in sys.modules])
"""


def test_two_processes_make_one_store_whatever_a_killed_one_left(made_store):
    home, experiments = made_store
    assert experiments[0] == experiments[1] != ""
    assert (home / "runs.db").stat().st_size > 100_000
    assert not (home / "runs.new").exists()


def test_neither_serving_nor_promoting_loads_mlflow():
    said = subprocess.run(
        [sys.executable, "-c", LIGHT], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert said.strip() == "[]"
