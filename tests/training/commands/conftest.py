import pytest

from tests.training.datasets.test_ckplus import write_learnable


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A made CK+48 of ten people, with one broken file."""
    folder = write_learnable(tmp_path_factory.mktemp("ck"), subjects=10, frames=2)
    (folder / "fear" / "S900_001_00000001.png").write_bytes(b"broken")
    return folder
