"""The tests: they see neither models nor settings of the Mien that somebody uses on this machine."""

import atexit
import os
import shutil
import tempfile

FOR_TESTS = ("MIEN_TEST_", "MIEN_BENCH_", "MIEN_BROWSER", "MIEN_SHOTS")
HOME = "MIEN_TEST_HOME"

if HOME not in os.environ:  # the first process decides for the workers and scripts that it starts
    for _name in list(os.environ):
        if _name.startswith(("MIEN_", "MLFLOW_")) and not _name.startswith(FOR_TESTS):
            del os.environ[_name]
    os.environ[HOME] = os.environ["MIEN_HOME"] = tempfile.mkdtemp(prefix="mien-tests-")
    atexit.register(shutil.rmtree, os.environ[HOME], ignore_errors=True)
