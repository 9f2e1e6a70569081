"""Names for new bundles: none that would replace a model which is there."""

import re

from core.bundles import bundle_names
from training.jobs import table


def free_name(wanted: str) -> str:
    """Make a name that no bundle and no job has: small letters, digits and dashes, numbered where taken.

    >>> free_name("My first try!")
    'my-first-try'
    """
    base = re.sub(r"[^a-z0-9._-]+", "-", wanted.lower().removesuffix(".toml")).strip("-._")[:56] or "model"

    taken = {*bundle_names(), *(job.spec.name for job in table.everything())}
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name
