"""`pip install -r requirements.txt` works on every Python that Mien supports, not only uv's way."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]


def pins(text: str) -> list[str]:
    """What a file of requirements pins, without its comments."""
    lines = map(str.strip, text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


LINES = pins((ROOT / "requirements.txt").read_text())


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_pinned_package_allows_the_python(python):
    refused = []
    there = {"python_version": python, "python_full_version": f"{python}.1"}
    for line in LINES:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker and not (marker.evaluate() and marker.evaluate(there)):  # not installed here, or not there
            continue
        try:
            found = metadata(requirement.name)
        except PackageNotFoundError:  # of another system
            continue
        assert requirement.specifier.contains(found["Version"], prereleases=True), line
        if not SpecifierSet(found.get("Requires-Python", "")).contains(f"{python}.1"):
            refused.append(f"{line} wants Python {found['Requires-Python']}")
    assert refused == []


def test_they_are_what_the_lock_says():
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("uv is not in this environment: `make setup` puts it there")
    (recipe,) = re.findall(r"(export .*) --output-file", (ROOT / "Makefile").read_text())
    exported = subprocess.run([uv, *recipe.split()], cwd=ROOT, capture_output=True, text=True, check=True)
    assert pins(exported.stdout) == LINES
