"""`pip install -r requirements.txt` works on every Python that Mien supports, not only uv's way."""

from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
LINES = [
    line.strip()
    for line in (ROOT / "requirements.txt").read_text().splitlines()
    if line.strip() and not line.strip().startswith("#")
]


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_pinned_package_allows_the_python(python):
    refused = []
    for line in LINES:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"python_version": python}):
            continue
        try:
            found = metadata(requirement.name)
        except PackageNotFoundError:  # of another system
            continue
        assert requirement.specifier.contains(found["Version"], prereleases=True), line
        if not SpecifierSet(found.get("Requires-Python", "")).contains(f"{python}.1"):
            refused.append(f"{line} wants Python {found['Requires-Python']}")
    assert refused == []
