"""A real PostgreSQL server for a test, where the machine has its programs."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import free_port

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


@contextmanager
def postgres_server() -> Iterator[str]:
    """A fresh server on a free port; its address for SQLAlchemy."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="mien-postgres-"))
    who = {"user": "postgres"} if os.geteuid() == 0 else {}  # PostgreSQL refuses to run as root
    if who:
        shutil.chown(folder, "postgres")
    port = free_port()
    data = folder / "data"

    def call(program: str, *arguments: str) -> None:
        command = [programs / program, "-D", data, *arguments]
        subprocess.run(command, stdout=subprocess.DEVNULL, cwd=folder, check=True, **who)

    try:
        call("initdb", "-U", "mien", "--auth=trust", "--no-sync")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        call("pg_ctl", "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql+psycopg://mien@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    if not PLACES:
        pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not on this machine")
    return PLACES[0]
