"""Cross-validation: every row is answered once, by a model that never saw anybody in it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from core.bundles import Refusal, find_bundle
from core.classifier import Classifier
from core.durable import replace_text
from core.errors import DataError, MienError
from core.expressions import EXPRESSIONS
from training.bundling import Naming, bundle_run
from training.crossval_result import CrossValidation
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.evaluation import Predictions, measure_refusal, predict, score_predictions
from training.executors import run_all
from training.fitting import present_columns
from training.opening import occupy
from training.overlap import Overlap
from training.recipe import Recipe
from training.run_folder import CROSSVAL_FILE
from training.runs import load, seen_by, take_apart, train_run
from training.splits import Split, SplitKind, folds
from training.tracking.parent import ParentRun
from training.tracking.tracker import Tracker
from training.trainable import require_trainable

ANEW_FILE: Final = "anew"
"""In a fold's folder: what is there is not gone on with."""


class Fold(BaseModel):
    """One training of a cross-validation; it reads its data itself, so that it can run anywhere.

    Attributes:
        data: absolute paths, or names of data sets, as `read` takes them.
        number: from 0.
        initial: bundle to start from.
        teacher: bundle to learn from besides the labels.
        digest: of the data and their groups, as they were divided for all folds.
    """

    model_config = ConfigDict(frozen=True)

    recipe: Recipe
    data: tuple[str, ...]
    split: SplitKind
    count: int
    number: int
    seed: int
    folder: Path
    initial: str | None = None
    teacher: str | None = None
    digest: str


def cross_validate(
    recipe: Recipe,
    data: Sequence[str],
    split: SplitKind,
    count: int,
    seed: int,
    folder: Path,
    workers: int,
    initial: str | None = None,
    teacher: str | None = None,
    *,
    anyway: bool = False,
    anew: bool = False,
) -> CrossValidation:
    """Train and judge `count` folds; those that an earlier call finished in `folder` are not trained again.

    Args:
        anyway: train on data that would be refused.
        anew: train every fold again, whatever an earlier call left in `folder`.

    Raises:
        DataError: the data cannot be divided so, or are not to be trained on.
        RecipeError: `initial` holds another network than the recipe asks for, or `teacher` cannot be asked.
    """
    crops = load(data, recipe)
    if not anyway:
        require_trainable(crops)
    if not ((crops.parts == "") & (crops.labels != NOT_A_FACE)).any():
        raise DataError(
            "Every picture has its part in the data set's own division, so there is nothing to divide into "
            "folds: use fit."
        )
    found = folds(crops, split, count, seed)
    start = find_bundle(initial) if initial else None
    taught_by = find_bundle(teacher) if teacher else None
    require_same_classes(crops, found)
    digest = digest_of(crops)
    folders = [folder / f"fold-{number}" for number in range(len(found))]
    marks = [one / ANEW_FILE for one in folders if anew and one.exists()]
    for mark in marks:
        mark.touch()
    tasks = [
        Fold(
            recipe=recipe,
            data=tuple(data),
            split=split,
            count=count,
            number=number,
            seed=seed,
            folder=folders[number],
            initial=initial,
            teacher=teacher,
            digest=digest,
        )
        for number in range(len(found))
    ]
    about: dict[str, object] = {
        "recipe": recipe,
        "split": split,
        "folds": len(found),
        "seed": seed,
        "initial": initial,
        "initial_digest": start.digest if start else None,
        "teacher": teacher,
        "teacher_digest": taught_by.digest if taught_by else None,
        "data_digest": crops.digest,
        "grouping_digest": crops.grouping_digest,
    }
    inputs = about | {"recipe": recipe.model_dump(mode="json"), "data": list(data)}
    with ParentRun(folder, f"{recipe.name}, {len(found)} folds", inputs, anew=anew) as parent:
        try:
            answers = _run_folds(tasks, workers, parent)
        except MienError:
            if all(mark.exists() for mark in marks):  # refused before any began: the earlier ones stay
                for mark in marks:
                    mark.unlink()
            raise
        scores = score_predictions(
            Predictions.pool([answer for answer, _ in answers]),
            split,
            any(fold.leaks for fold in found),
            f"{len(found)} folds",
            seen_by(start, taught_by),
            Overlap.pool(
                [
                    Overlap.between(answer.data, crops.take(fold.train))
                    for (answer, _), fold in zip(answers, found, strict=True)
                ]
            ),
        )
        refusal = _pool_refusals([refusal for _, refusal in answers if refusal])
        parent.log_scores(scores, refusal)
    result = CrossValidation.model_validate({**about, "scores": scores, "refusal": refusal})
    folder.mkdir(parents=True, exist_ok=True)
    replace_text(folder / CROSSVAL_FILE, result.model_dump_json(indent=2) + "\n")
    return result


def _run_folds(
    tasks: Sequence[Fold], workers: int, parent: ParentRun
) -> list[tuple[Predictions, Refusal | None]]:
    """The answers of each fold, in order."""
    answers = {}
    for number, answer in run_all(run_fold, tasks, workers):
        answers[number] = answer
        parent.adopt(tasks[number].folder)
    return [answers[number] for number in sorted(answers)]


def run_fold(fold: Fold) -> tuple[Predictions, Refusal | None]:
    """Train one fold, keep its bundle in its folder, and answer its test rows.

    What an earlier call left there is taken up, unless it is marked with `ANEW_FILE`; the mark goes with it,
    so that a call that is killed can be gone on with.

    Raises:
        DataError: the data are not those that were divided.
    """
    crops = load(fold.data, fold.recipe)
    if digest_of(crops) != fold.digest:
        raise DataError(
            "The data changed while the folds were trained, so their answers cannot be put together: leave "
            "the files alone, and call again."
        )
    found = folds(crops, fold.split, fold.count, fold.seed)[fold.number]
    parts = take_apart(crops, fold.recipe, found, fold.seed)
    initial, teacher = (find_bundle(name) if name else None for name in (fold.initial, fold.teacher))
    naming = Naming(f"fold-{fold.number}", f"Fold {fold.number + 1} of {fold.count}")
    about = {"data": list(fold.data), "fold": fold.number + 1, "folds": fold.count}
    title = f"{fold.recipe.name}, {naming.title.lower()}"
    with occupy(fold.folder), Tracker(fold.folder, title, **about) as tracker:
        train_run(
            fold.recipe,
            parts,
            fold.seed,
            fold.folder,
            initial=initial,
            teacher=teacher,
            resume=not (fold.folder / ANEW_FILE).exists(),
            watchers=[tracker],
        )
        bundle = bundle_run(fold.folder, parts, naming, fold.folder / "bundle")
        tracker.log_bundle(bundle)
    classifier = Classifier(bundle)
    undivided = parts.test.take(parts.test.parts == "")
    faces = undivided.take(undivided.labels != NOT_A_FACE)
    unseen = parts.unseen_nonfaces
    nonfaces = unseen.take(unseen.parts == "")
    refusal = measure_refusal(classifier, nonfaces, faces) if len(nonfaces) else None
    return predict(classifier, faces), refusal


def digest_of(crops: LabelledCrops) -> str:
    """What a division rests on, and what is learned from."""
    return f"{crops.digest} {crops.grouping_digest}"


def require_same_classes(crops: LabelledCrops, found: Sequence[Split]) -> None:
    """Refuse folds of which one would learn fewer expressions than another: their answers cannot be pooled.

    Raises:
        DataError: all people who show an expression are tested together.
    """
    learned = [set(present_columns(crops.take(fold.train))) for fold in found]
    for number, columns in enumerate(learned):
        missing = set().union(*learned) - columns
        if names := [EXPRESSIONS[column].value for column in sorted(missing - {NOT_A_FACE})]:
            raise DataError(
                f"In fold {number + 1} of {len(found)} nobody is left to learn {', '.join(names)} from: use "
                "fewer folds, another seed or data with more people."
            )


def _pool_unanswered(found: Sequence[Refusal]) -> float | None:
    counted = [(r.faces_unanswered, r.faces) for r in found if r.faces_unanswered is not None]
    faces = sum(n for _, n in counted)
    return sum(share * n for share, n in counted) / faces if faces else None


def _pool_refusals(found: Sequence[Refusal]) -> Refusal | None:
    """Shares weighted by the crops they were counted on."""
    if not found:
        return None
    nonfaces, faces = sum(r.nonfaces for r in found), sum(r.faces for r in found)
    return Refusal(
        nonfaces=nonfaces,
        nonfaces_refused=sum(r.nonfaces_refused * r.nonfaces for r in found) / max(1, nonfaces),
        faces=faces,
        faces_refused=sum(r.faces_refused * r.faces for r in found) / max(1, faces),
        faces_unanswered=_pool_unanswered(found),
        leaks=any(r.leaks for r in found),
    )
