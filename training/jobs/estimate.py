"""How long a training will take here."""

from statistics import median
from typing import Final

from core.processors import available_cores
from core.settings import settings
from training.devices import find_devices
from training.jobs import table
from training.jobs.job import RAY
from training.precision import planned_precision
from training.recipe import Recipe
from training.run_folder import read_epochs

REFERENCE_RATE: Final = {"mixed_bfloat16": 1600.0, "float32": 1070.0}
RESIDUAL_SECONDS: Final = {"mixed_bfloat16": (8.2e-4, 3.3e-8), "float32": (1.1e-3, 8.5e-8)}
"""Crops a second, and seconds a crop plus seconds for each squared channel of the stages: on one core of a
server processor (Xeon, three epochs of CK+48 after the first), until a job here has told more."""

MOST_CORES: Final = 2
"""Two were measured to train twice as fast as one; what more of them do was not measured."""

FIXED_SECONDS: Final = 35.0
"""Loading Keras, reading, exporting and comparing."""

EARLY: Final = 0.5
"""Share of its epochs that a recipe with early stopping has run when it stops, roughly."""


def estimate_seconds(recipe: Recipe, crops: int) -> float | None:
    """Seconds from start to verdict, as far as can be said beforehand.

    None on a GPU and on a cluster until a job has trained the same network there: they differ too much.

    Args:
        crops: faces in the data; a fifth is judged on and not learned from, nor is the recipe's inner share.
    """
    rate = _measured(recipe)
    if rate is None and (settings().ray_address or find_devices()[0].is_gpu):
        return None
    drawn = recipe.draws or (crops * 0.8 + recipe.made_nonfaces) * (1 - recipe.inner_share)
    epochs = recipe.all_epochs * (EARLY if recipe.early_stopping else 1)
    return FIXED_SECONDS + epochs * drawn / (rate or _expected(recipe))


def _measured(recipe: Recipe) -> float | None:
    """Crops a second in the last jobs that trained the same network on such a device."""
    rates: list[float] = []
    for job in table.everything():
        other = job.spec.recipe
        if not job.readable or not _is_used_now(job.device):
            continue
        if (other.network, other.stem, other.widths) == (recipe.network, recipe.stem, recipe.widths):
            rates += [epoch["crops_per_second"] for epoch in list(read_epochs(job.run).values())[1:]]
        if len(rates) >= 10:
            break
    return median(rates) if rates else None


def _is_used_now(device: str | None) -> bool:
    """Whether a job would run on the like of a device: on the cluster, or on what stands first here."""
    if device is None:
        return False
    if settings().ray_address:
        return device.startswith(RAY)
    here = find_devices()
    return device in {one.name for one in here if one.title == here[0].title}


def _expected(recipe: Recipe) -> float:
    """Crops a second on this machine's processor, going by what another one did."""
    precision = planned_precision(recipe, on_gpu=False)
    cores = min(MOST_CORES, max(1, available_cores() - 1))  # `leave_a_core` leaves one to the pages
    if recipe.network == "reference":
        return cores * REFERENCE_RATE[precision]
    fixed, each = RESIDUAL_SECONDS[precision]
    return cores / (fixed + each * sum(width**2 for width in (recipe.stem, *recipe.widths)))
