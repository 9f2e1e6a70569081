"""Names for new bundles: none that would replace a model which is there."""

import re

from core.bundles import bundle_names
from core.errors import BundleError
from training.jobs import table
from training.placing import RESERVED, require_name


def free_name(wanted: str) -> str:
    """Make a name that no bundle and no job has: small letters, digits and dashes, numbered where taken.

    >>> free_name("My first try!")
    'my-first-try'
    """
    base = re.sub(r"[^a-z0-9._-]+", "-", wanted.lower()).strip("-._")[:56] or "model"
    taken = _taken()
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def require_free(name: str) -> None:
    """Refuse a name that a model or a job has, or that none can have.

    Raises:
        BundleError: it is such a one.
    """
    require_name(name)
    if name in _taken():
        raise BundleError(
            f"The name {name!r} is taken: give this model another one, such as {free_name(name)}."
        )


def _taken() -> set[str]:
    return {*RESERVED, *bundle_names(), *(job.spec.name for job in table.everything())}
