"""What is told about a run: settings, epochs, scores and where the code came from, in MLflow's terms."""

import json
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import mean
from typing import Any, Final

from core.bundles import Refusal, Score, headline_of
from core.settings import PROJECT_ROOT
from training.history.course import Course, plan_of
from training.history.run import COMMIT_TAG, HEADLINE_TAG, KEPT_ACCURACY_TAG
from training.run_folder import INPUTS_FILE, RUN_FILE, read_epochs, read_events

GIT_SECONDS: Final = 10.0

NOT_A_CURVE: Final = frozenset({"event", "time", "epoch", "epochs", "seconds_left"})


def curve_values(event: Mapping[str, Any]) -> dict[str, float]:
    """The figures of one epoch event that make a curve."""
    return {name: value for name, value in event.items() if name not in NOT_A_CURVE and value is not None}


def course_of(folder: Path) -> Course:
    """How the training in a run's folder went, as its events tell."""
    curves: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
    for epoch, event in sorted(read_epochs(folder).items()):
        for name, value in curve_values(event).items():
            curves[name].append((epoch, event["time"], value))
    inputs = json.loads((folder / INPUTS_FILE).read_text())
    return Course(
        curves=curves,
        started=next((event["time"] for event in read_events(folder)), 0.0),
        plan=plan_of(inputs.get("recipe", {})),
        state="finished" if (folder / RUN_FILE).exists() else "killed",
    )


def kept_of(course: Course) -> dict[str, str]:
    """A tag with the inner accuracy of the epoch whose weights a training that came to its end keeps.

    Of several networks it is the mean.
    """
    kept = [course.epochs[epoch].get("val_accuracy") for epoch in course.kept]
    known = [accuracy for accuracy in kept if accuracy is not None]
    return {KEPT_ACCURACY_TAG: json.dumps(mean(known))} if known and course.state == "finished" else {}


def parameters_of(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Nested settings as flat names and texts: `recipe.augmentation.rotation`."""
    return {
        _allowed(name): value if isinstance(value, str) else json.dumps(value)
        for name, value in _flatten(inputs, ".")
    }


def score_values(scores: Sequence[Score], refusal: Refusal | None) -> dict[str, float]:
    """Every figure of scores: `ck-48/accuracy`, and apart from them `ck-48-leaking/accuracy`."""
    headline, names = headline_of(scores), _group_names(scores)
    believed_last = (*reversed(scores), *((headline,) if headline else ()))
    groups = {
        names[score.data] + ("-leaking" if score.leaks else ""): score.model_dump(mode="json")
        for score in believed_last  # it takes the place of those before
    }
    if refusal is not None:
        groups["refusal"] = refusal.model_dump(mode="json")
    return {
        _allowed(name.removesuffix("/value")): float(value)
        for name, value in _flatten(groups, "/")
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def headline_tag(scores: Sequence[Score]) -> dict[str, str]:
    """A tag that names the group in `score_values` whose figures are the ones to believe."""
    headline = headline_of(scores)
    return {HEADLINE_TAG: _group_names(scores)[headline.data]} if headline else {}


def _group_names(scores: Sequence[Score]) -> dict[str, str]:
    """What the figures of each data set are called; two that MLflow would call the same are numbered."""
    names: dict[str, str] = {}
    for data in dict.fromkeys(score.data for score in scores):
        slug = _slug(data)
        alike = sum(_slug(other) == slug for other in names)
        names[data] = f"{slug}-{alike + 1}" if alike else slug
    return names


def code_version() -> dict[str, str]:
    """Tags that name the commit this code stands at; none where it is no git checkout, or git is slow."""
    git = shutil.which("git")
    if git is None or not (PROJECT_ROOT / ".git").exists():
        return {}
    try:
        answer = subprocess.run(  # noqa: S603 - fixed arguments
            [git, "--no-optional-locks", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=True,
            timeout=GIT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    commit, _, dirty = answer.stdout.strip().partition("-")
    return {COMMIT_TAG: commit, "uncommitted_changes": str(bool(dirty)).lower()}


def _flatten(values: Mapping[str, Any], joint: str) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}{joint}{inner}", leaf) for inner, leaf in _flatten(value, joint))
        else:
            yield name, value


def _allowed(name: str) -> str:
    """MLflow takes only these characters in a name."""
    return re.sub(r"[^\w./: -]", "_", name, flags=re.ASCII)


def _slug(name: str) -> str:
    """A name in letters that MLflow takes; what is lost of one in another script becomes a number."""
    lost = "" if name.isascii() else f" {sha256(name.encode()).hexdigest()[:8]}"
    return re.sub(r"[^a-z0-9]+", "-", f"{name.lower()}{lost}").strip("-")
