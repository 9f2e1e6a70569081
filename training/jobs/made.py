"""The model that a job's training was made into."""

from datetime import datetime
from pathlib import Path

from core.bundles import Bundle, bundle_names, find_bundle
from core.errors import BundleError
from training.jobs.job import RUN_FOLDER
from training.run_folder import read_outcome


def made_by(folder: Path, name: str) -> Bundle | None:
    """The model of that name if the job in a folder made it; None where another did, or nobody."""
    try:
        bundle = find_bundle(name) if name in bundle_names() else None
    except BundleError:  # damaged: nobody knows whose it was
        return None
    run = read_outcome(folder / RUN_FOLDER)
    if bundle is None or not run:
        return None
    own = bundle.card.created == datetime.fromisoformat(run["created"])
    return bundle if own and bundle.card.training.data_digest == run["data_digest"] else None
