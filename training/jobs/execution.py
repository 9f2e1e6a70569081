"""What one job does: read, train, export, compare."""

from pathlib import Path

from core.bundles import Bundle, find_bundle
from core.bundles.store import champion_name
from core.durable import replace_text
from core.errors import BundleError, DataError
from core.settings import settings
from training.bundling import Naming, bundle_run
from training.comparing import NO_MODEL, compare
from training.datasets import read
from training.datasets.labelled import LabelledCrops
from training.datasets.read_data import log_skipped
from training.datasets.recutting import recut
from training.jobs.job import RUN_FOLDER, VERDICT_FILE, JobSpec
from training.jobs.made import made_by
from training.jobs.stage import COMPARING, EXPORTING, enter_stage
from training.opening import occupy
from training.run_folder import StaleRunError
from training.runs import divide, train_run
from training.tracking.tracker import Tracker
from training.trainable import require_trainable
from training.verdict import Verdict


def execute(spec: JobSpec, folder: Path) -> str:
    """Train what a job asks for, and leave its bundle among the models and its verdict in `folder`.

    A run that was begun in `folder` goes on.

    Returns:
        one sentence about what came out.

    Raises:
        MienError: with what to mend.
    """
    naming = Naming(spec.name, spec.title or spec.recipe.description)
    _require_own_name(spec.name, folder)
    enter_stage(folder, "Reading the data")
    data = read(spec.data)
    log_skipped(data.skipped)
    if not spec.anyway:
        require_trainable(data.crops)
    start = find_bundle(spec.initial) if spec.initial else None
    crops = recut(data.crops) if spec.recipe.recut else data.crops
    parts = divide(crops, spec.recipe, spec.split, spec.seed)
    run = folder / RUN_FOLDER
    enter_stage(folder, "Training")
    with occupy(run), Tracker(run, spec.name, data=list(spec.data)) as tracker:
        try:
            train_run(
                spec.recipe, parts, spec.seed, run, initial=start, resume=True, verbose=2, watchers=[tracker]
            )
        except StaleRunError as error:
            raise DataError(f"{error.problem}: submit it again, as a new job.") from error
        enter_stage(folder, EXPORTING)
        _require_own_name(spec.name, folder)
        bundle = bundle_run(run, parts, naming, settings().trained_models / spec.name)
        tracker.log_bundle(bundle)
    enter_stage(folder, COMPARING)
    held_out = data.crops.take(parts.tested)
    shared = parts.overlap(parts.test).shared_people
    verdict = _compare(bundle, held_out, parts.leaks, shared, folder)
    replace_text(folder / VERDICT_FILE, verdict.model_dump_json())
    return verdict.headline


def _require_own_name(name: str, folder: Path) -> None:
    """Never write over a model that another training left, nor over one that serves.

    Raises:
        BundleError: such a model has the name.
    """
    if name == champion_name():
        raise BundleError(f"The model {name} serves by now: submit the job again under another name.")
    if (settings().trained_models / name).exists() and made_by(folder, name) is None:
        raise BundleError(
            f"A model called {name} was made meanwhile: submit the job again under another name."
        )


def _compare(
    bundle: Bundle, held_out: LabelledCrops, leaks: bool, shared_people: float | None, folder: Path
) -> Verdict:
    """Both models on the same pictures as they were read: each is shown them in its own framing."""
    champion, why_alone = _champion()
    return compare(
        bundle,
        champion,
        held_out,
        leaks=leaks,
        shared_people=shared_people,
        folder=folder,
        why_alone=why_alone,
    )


def _champion() -> tuple[Bundle | None, str]:
    """What serves, or why there is nothing to compare with."""
    if champion_name() is None:
        return None, NO_MODEL
    try:
        return find_bundle(), ""
    except BundleError as error:
        return None, f"There is nothing to compare with: {error}"
