"""Jobs that another version of Mien wrote: what can still be told of them."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from training.jobs.job import JobSpec
from training.recipe import Recipe

OTHER_VERSION: Final = "It was queued by another version of Mien: start it again."
NOBODY_KNOWS: Final = "unknown"


def stand_in(spec: object) -> JobSpec:
    """As much of a specification as this version knows; for people to read, never to train by."""
    told = spec if isinstance(spec, Mapping) else {}
    recipe = _recipe(told.get("recipe"))
    try:
        return JobSpec(**_known(JobSpec, told) | {"recipe": recipe})
    except ValidationError:
        return JobSpec(recipe=recipe, data=(NOBODY_KNOWS,), name=NOBODY_KNOWS)


def _recipe(recipe: object) -> Recipe:
    told = recipe if isinstance(recipe, Mapping) else {}
    try:
        return Recipe(**_known(Recipe, told))
    except ValidationError:
        name = str(told.get("name", NOBODY_KNOWS))
        return Recipe(name=name, description="", network="reference", epochs=1)


def _known(model: type[BaseModel], told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name in model.model_fields}
