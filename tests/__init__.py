"""The tests: they see neither models nor settings of the Mien that somebody uses on this machine."""

import atexit
import os
import shutil
import tempfile

FOR_TESTS = ("MIEN_TEST_", "MIEN_BENCH_", "MIEN_BROWSER", "MIEN_SHOTS")

for _name in list(os.environ):
    if _name.startswith(("MIEN_", "MLFLOW_")) and not _name.startswith(FOR_TESTS):
        del os.environ[_name]
os.environ["MIEN_HOME"] = tempfile.mkdtemp(prefix="mien-tests-")
atexit.register(shutil.rmtree, os.environ["MIEN_HOME"], ignore_errors=True)
