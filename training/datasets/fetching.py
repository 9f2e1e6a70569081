"""Data sets that Kaggle hands out to who is signed in there."""

import re
from importlib import import_module
from pathlib import Path
from typing import Final

from core.errors import DataError

PREFIX: Final = "kaggle:"
NICKNAMES: Final = {"ckplus48": "shawon10/ckplus", "fer2013": "msambare/fer2013"}
HANDLE: Final = re.compile(r"^[\w-]+/[\w.-]+$")


def name_of(path: Path) -> str:
    """What a data set is called: its folder, or its file without the ending.

    >>> name_of(Path("/cache/datasets/owner/faces/versions/3"))  # as Kaggle's client keeps what it fetched
    'owner/faces'
    """
    path = path.resolve()
    *_, owner, name, versions, number = ("", "", "", *path.parts)
    if versions == "versions" and number.isdecimal():
        return f"{owner}/{name}"
    return path.name if path.is_dir() else path.stem


def fetch(address: str) -> Path:
    """Download `kaggle:ckplus48`, `kaggle:fer2013` or `kaggle:owner/name` once; the folder where it lies.

    Raises:
        DataError: the address is none of these, the package `kagglehub` is missing, or Kaggle hands nothing
            out; the sentence says how to get the data by hand.
    """
    wanted = address.removeprefix(PREFIX)
    handle = NICKNAMES.get(wanted, wanted)
    if not HANDLE.match(handle):
        known = ", ".join(f"{PREFIX}{name}" for name in NICKNAMES)
        raise DataError(f"There is no data set {address!r}: use {known} or {PREFIX}owner/name.")
    by_hand = (
        f"download the zip from https://www.kaggle.com/datasets/{handle} in a browser "
        "and give its path instead"
    )
    try:
        kagglehub = import_module("kagglehub")
    except ImportError:
        raise DataError(
            f"Fetching {address} needs the package kagglehub: install it (python -m pip install kagglehub), "
            f"or {by_hand}."
        ) from None
    try:
        return Path(kagglehub.dataset_download(handle))
    except Exception as error:  # kagglehub passes on whatever its network library raises
        raise DataError(
            f"Kaggle did not hand out {handle} ({type(error).__name__}): check the network, sign in with "
            f"your Kaggle account's API token (~/.kaggle/kaggle.json), or {by_hand}."
        ) from error
