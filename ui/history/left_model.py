"""The model that a run left, where it is still here as the run left it."""

from pathlib import Path
from typing import Final

from core.bundles import Bundle, find_bundle
from core.bundles.store import read_bundle
from core.errors import MienError
from training.history import Run
from training.history.course import GOES_ON

OWN_FOLDER: Final = "bundle"
"""Where a fold, or a training for comparison, keeps its model in its run's folder."""


def left_model(run: Run) -> Bundle | None:
    """The model among all that serve or may, else the one in the run's own folder."""
    if run.bundle is None:
        return None
    digest = run.tags.get("digest")
    for bundle in (_named(run.bundle), _in_folder(run)):
        if bundle is not None and bundle.digest == digest:
            return bundle
    return None


def why_none(run: Run) -> str:
    """A sentence about a run whose model cannot be shown; "" for one that has yet to leave it."""
    if run.state in GOES_ON:
        return ""
    if run.bundle is None:
        return "This run left no model, so there are no scores and no files to show."
    return (
        f"The model {run.bundle} is not here as this run left it, so its scores, network and files cannot be "
        "shown: open this page where it was trained, or train it again."
    )


def _named(name: str) -> Bundle | None:
    try:
        return find_bundle(name)
    except MienError:
        return None


def _in_folder(run: Run) -> Bundle | None:
    folder = Path(run.tags.get("folder", ""))
    if not folder.is_absolute():
        return None
    try:
        return read_bundle(folder / OWN_FOLDER)
    except MienError:
        return None
