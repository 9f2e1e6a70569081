"""Mien's pages as AppTest runs them."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

MAIN = str(Path(__file__).parents[2] / "ui" / "main.py")


@pytest.fixture
def app() -> AppTest:
    """The first page, Photo."""
    return AppTest.from_file(MAIN, default_timeout=30)


def open_page(name: str, seconds: float) -> AppTest:
    """A page by the name of its script; a run of it may take so long."""
    return AppTest.from_file(MAIN, default_timeout=seconds).switch_page(f"../pages/{name}.py")


def keyed(elements, start: str):
    """The one element whose key starts like this; None where there is none."""
    return next((element for element in elements if (element.key or "").startswith(start)), None)
