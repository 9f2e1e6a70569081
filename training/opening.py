"""Begin a run in its folder, or go on with the one that was begun there."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import psutil
from filelock import FileLock, Timeout
from pydantic import ValidationError

from core.durable import replace_text
from core.errors import DataError
from training.callbacks.checkpoint import CHECKPOINTS
from training.recipe import Recipe
from training.run_folder import (
    CANCEL_FILE,
    EVENTS_FILE,
    INPUTS_FILE,
    RUN_FILE,
    StaleRunError,
    ask_to_cancel,
    telling_damage,
)

COMPUTED: Final = "computed"
"""In it: backend and number format, which a training keeps to its end."""


@contextmanager
def occupy(folder: Path) -> Iterator[None]:
    """Keep other trainings out of a run's folder; whoever holds it may hold it once more.

    Raises:
        DataError: another one is there.
    """
    folder = folder.resolve()  # it may be a link to another disk
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder.with_name(f".{folder.name}.lock"), timeout=0, is_singleton=True):
            yield
    except Timeout:
        raise DataError(
            f"A training is running in {folder}: wait for its end, or give this one another name."
        ) from None


@contextmanager
def open_run(folder: Path, inputs: Mapping[str, object], resume: bool) -> Iterator[Callable[[], None]]:
    """Make a folder ready for a run.

    What another run left there is put back where the `with` block ends before its training begins: a
    training that is refused destroys nothing.

    Args:
        inputs: all that decides what comes out; `COMPUTED` in it only has to stay while the run trains.
        resume: go on with the run that was begun there.

    Yields:
        what to call when the training begins: the other run goes then.

    Raises:
        DataError: the run that was begun there had other inputs, is damaged, or is training.
    """
    with occupy(folder), _opened(folder.resolve(), inputs, resume) as let_go:
        yield let_go


@contextmanager
def _opened(folder: Path, inputs: Mapping[str, object], resume: bool) -> Iterator[Callable[[], None]]:
    earlier = folder.with_name(f".{folder.name}-before")
    _settle(folder, earlier)  # one that was killed before its training began
    asked = _is_asked_to_cancel(folder)
    if resume and _begun(folder):
        _require_same(folder, inputs)
        (folder / CANCEL_FILE).unlink(missing_ok=True)
    else:
        if folder.exists():
            folder.rename(earlier)
        folder.mkdir(parents=True)
        replace_text(folder / INPUTS_FILE, json.dumps(inputs, indent=2))
    if asked:
        ask_to_cancel(folder)
    try:
        yield partial(shutil.rmtree, earlier, ignore_errors=True)
    finally:
        _settle(folder, earlier)


def _is_asked_to_cancel(folder: Path) -> bool:
    """Whether somebody asked so since this process began, while the data were read say."""
    try:
        return bool((folder / CANCEL_FILE).stat().st_mtime > psutil.Process().create_time())
    except FileNotFoundError:
        return False


def _settle(folder: Path, earlier: Path) -> None:
    """Put an earlier run back, unless another has begun in its place."""
    if not earlier.exists():
        return
    if _begun(folder):
        shutil.rmtree(earlier)
        return
    shutil.rmtree(folder, ignore_errors=True)
    earlier.rename(folder)


def _begun(folder: Path) -> bool:
    """Whether a training left anything that another could go on from."""
    return any((folder / name).exists() for name in (EVENTS_FILE, CHECKPOINTS, RUN_FILE))


def _require_same(folder: Path, inputs: Mapping[str, object]) -> None:
    """Refuse to go on with other data or settings.

    Raises:
        StaleRunError: they differ, or nobody knows them any more.
    """
    with telling_damage(folder):
        begun = json.loads((folder / INPUTS_FILE).read_text())
        computed = begun.pop(COMPUTED, inputs[COMPUTED])
    if not _same(begun, {name: value for name, value in inputs.items() if name != COMPUTED}):
        raise StaleRunError(f"The run in {folder} was begun with other data or settings")
    if computed != inputs[COMPUTED] and not (folder / RUN_FILE).exists():
        raise StaleRunError(
            f"The run in {folder} was begun with {computed}, not with {inputs[COMPUTED]}",
            "go on as it was begun, or ",
        )


def _same(begun: Mapping[str, object], now: Mapping[str, object]) -> bool:
    """Whether two runs have the same inputs; a setting that came to recipes since is taken as its default."""
    try:
        recipes = [Recipe.model_validate(inputs["recipe"]) for inputs in (begun, now)]
    except ValidationError:  # of a version whose settings are unknown here
        return False
    begun, now = ({"teacher": None, **inputs, "recipe": None} for inputs in (begun, now))
    return recipes[0] == recipes[1] and begun == now
