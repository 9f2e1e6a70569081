"""How to train: a preset, and the few settings that matter."""

from typing import Final

import streamlit as st

from core.bundles import find_bundle
from core.bundles.store import champion_name
from core.errors import MienError
from core.settings import settings
from training.devices import find_devices, find_idle_cards
from training.jobs import JobSpec, JobState, get_runner
from training.jobs.estimate import estimate_seconds
from training.jobs.naming import free_name
from training.precision import planned_precision
from training.recipe import MOST_MEMBERS, Recipe, load_recipe
from training.splits import SplitKind
from training.starting import on_top_of, require_start
from ui.words import counted

FINE_TUNE: Final = "finetune"
PRESETS: Final = {
    "drawn": "Drawn demo",
    "quick": "Quick",
    "reference": "Reference",
    "recommended": "Recommended",
    FINE_TUNE: "Fine-tune the champion",
}
SPLITS: Final[dict[SplitKind, str]] = {
    "subject": "By person: nobody who is judged on was seen in training",
    "sequence": "By recording: the person may stand on both sides",
    "official": "The data set's own division",
    "random": "Random: leaks, as in the reference work; the score will be too good",
}
BATCH_SIZES: Final = (16, 32, 64, 128, 256, 512)


def choose_recipe(crops: int | None, default: str) -> Recipe:
    """Offer the presets with the time they take here.

    Args:
        crops: faces to learn from; None where unknown.
        default: preset that suits the data.
    """
    recipes = {name: load_recipe(name) for name in PRESETS}
    why_not = ""
    try:
        recipes[FINE_TUNE] = on_top_of(find_bundle(), recipes[FINE_TUNE])
    except MienError as error:
        del recipes[FINE_TUNE]
        why_not = str(error)
    name = st.radio(
        "Recipe",
        list(recipes),
        index=list(recipes).index(default),
        format_func=PRESETS.__getitem__,
        captions=[_caption(_as_adjusted(recipe), crops) for recipe in recipes.values()],
        key=f"recipe-{default}",  # other data, other suggestion
    )
    if why_not:
        st.caption(f":material/info: There is nothing to fine-tune. {why_not}")
    return recipes[name]


def adjust(recipe: Recipe, data: tuple[str, ...], divided: bool) -> JobSpec | None:
    """Offer the settings that matter and return the whole job; None where they do not fit together.

    Args:
        divided: whether the data have a division of their own.
    """
    splits = [kind for kind in SPLITS if divided or kind != "official"]
    with st.expander("Adjust", icon=":material/tune:"):
        key = recipe.name
        epochs = st.number_input("Epochs at most", 1, 1000, recipe.epochs, key=f"epochs-{key}")
        members = st.number_input(
            "Networks",
            1,
            MOST_MEMBERS,
            recipe.members,
            key=f"members-{key}",
            help="They learn one after another, and their answers are averaged: more are right a little more "
            "often, and take as much more time to train and to ask.",
        )
        batch = st.select_slider("Batch size", BATCH_SIZES, recipe.batch_size, key=f"batch-{key}")
        rate = st.number_input(
            "Learning rate", 1e-6, 1e-1, recipe.learning_rate, format="%.1e", step=1e-4, key=f"rate-{key}"
        )
        seed = st.number_input("Seed", 0, 2**31 - 1, 42, key=f"seed-{key}")
        split: SplitKind = st.radio(
            "Judge on", splits, format_func=SPLITS.__getitem__, key=f"split-{len(splits)}"
        )
        anyway = st.toggle("Train although the data are refused", key="anyway")
    wanted = st.text_input(
        "Name of the new model", placeholder=free_name(recipe.name), max_chars=56, key="name"
    )
    name = free_name(wanted or recipe.name)
    if wanted and name != wanted.strip():
        st.caption(f"It will be called **{name}**: small letters and digits, and no name twice.")
    try:
        initial = find_bundle().name if recipe.name == FINE_TUNE else None
        spec = JobSpec(
            recipe=recipe.model_copy(
                update={"epochs": epochs, "members": members, "batch_size": batch, "learning_rate": rate}
            ),
            data=data,
            split=split,
            seed=int(seed),
            initial=initial,
            name=name,  # made free once more when it is queued
            title=wanted or recipe.description,
            anyway=anyway,
        )
        require_start(spec.recipe, spec.initial)
        return spec
    except MienError as error:
        st.error(str(error), icon=":material/error:")
        return None


def device_card(recipe: Recipe) -> None:
    """Where it may run, in which number format, what runs there now, and how many wait."""
    jobs = [job for job in get_runner().list() if not job.state.ended]
    if settings().ray_address:
        st.caption(
            f":material/hub: The Ray cluster at {settings().ray_address} · "
            f"{counted(len(jobs), 'job')} before it"
        )
        return
    taken = {job.device: job.spec.name for job in jobs if job.state is JobState.RUNNING}
    for device in find_devices():
        st.caption(
            f":material/memory: {device.title}, {device.memory / 2**30:.0f} GB · "
            f"{planned_precision(recipe, device.is_gpu).removeprefix('mixed_')} · "
            + (f"trains {taken[device.name]}" if device.name in taken else "free")
        )
    for card in find_idle_cards():
        st.warning(
            f"{card.title} is here, but CUDA's libraries are not, so the processor trains. Run `make setup`, "
            "or `pip install 'tensorflow[and-cuda]'`, and start Mien again.",
            icon=":material/memory_alt:",
        )
    waiting = sum(job.state is JobState.QUEUED for job in jobs)
    if waiting:
        st.caption(f":material/hourglass_empty: {counted(waiting, 'job')} before it in the queue")


def suggest(data: tuple[str, ...]) -> str:
    """The preset that suits the data."""
    if data == ("drawn",):
        return "drawn"
    return "quick"


def _as_adjusted(recipe: Recipe) -> Recipe:
    """A preset with what `adjust` asked for below, as far as it makes a difference to the time."""
    chosen = {name: st.session_state.get(f"{name}-{recipe.name}") for name in ("epochs", "members")}
    return recipe.adjusted(**chosen)


def _caption(recipe: Recipe, crops: int | None) -> str:
    text = recipe.description
    if recipe.name == FINE_TUNE and champion_name():
        text = f"On top of {champion_name()}, which serves now."
    if not crops:
        return text
    seconds = estimate_seconds(recipe, crops)
    if seconds is None:
        return f"{text} How long it takes here is known after the first such training."
    return f"{text} About {_duration(seconds)} here."


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} seconds"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"
