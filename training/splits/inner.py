"""Rows of the training part that are set aside for choices."""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.errors import DataError
from training.datasets.labelled import LabelledCrops
from training.splits.division import split
from training.splits.grouping import Rows, groups
from training.splits.protocols import SplitKind


def split_inner(data: LabelledCrops, kind: SplitKind, share: float, seed: int) -> tuple[Rows, Rows]:
    """Set rows of the training part aside for choices (epoch, temperature, thresholds), by the same rule.

    Of each data set and label the first groups in the order of their hash are taken, whatever the seed and
    whatever else is learned from: what was set aside for a model is set aside again when another starts from
    its weights, where both learn from the same people and set the same share aside by the same rule.

    Raises:
        DataError: nobody can be spared: each alone shows some expression.
    """
    if kind == "random":
        inner = split(data, kind, seed, share)
        lost = np.setdiff1d(data.labels[inner.test], data.labels[inner.train])
        spared = inner.test[[np.flatnonzero(data.labels[inner.test] == label)[0] for label in lost]]
        return np.sort(np.append(inner.train, spared)), np.setdiff1d(inner.test, spared)
    keys, member = np.unique(groups(data, kind), return_inverse=True)
    first = np.unique(member, return_index=True)[1]
    homes = data.sources[first]
    strata = np.array(
        [f"{source} {label}" for source, label in zip(homes, _usual(data, member), strict=True)]
    )
    chosen = np.zeros(len(keys), bool)
    order = np.argsort([hashlib.sha256(str(key).encode()).hexdigest() for key in keys])
    for stratum in np.unique(strata):
        found = order[strata[order] == stratum]
        chosen[found[: max(round(share * len(found)), min(1, len(found) - 1))]] = True
    everything = []
    for source in np.unique(homes):
        labels = np.where(homes[member] == source, data.labels, -1)
        shown = [np.unique(member[labels == label]) for label in np.unique(labels[labels >= 0])]
        _leave_one_each(chosen, shown, strata, order)
        everything += shown
    if not chosen.any():  # each person usually shows something else
        able = [key for key in order if all((members != key).any() for members in everything)]
        if not able:
            raise DataError(
                f"Nobody can be kept apart among {len(keys)} {kind}s, for each alone shows some expression: "
                "add data."
            )
        chosen[able[0]] = True
    return np.flatnonzero(~chosen[member]), np.flatnonzero(chosen[member])


def _leave_one_each(
    chosen: npt.NDArray[np.bool_], shown: Sequence[Rows], strata: npt.NDArray[np.str_], order: Rows
) -> None:
    """Where all who show a label were chosen, give the first of them back for the next of their stratum.

    Args:
        chosen: bool (groups,), changed in place.
        shown: which groups show each label of one data set.
        strata: str (groups,).
        order: of all groups.
    """
    for members in shown:
        if not chosen[members].all():
            continue
        spared = next(key for key in order if key in members)
        chosen[spared] = False
        for other in order[strata[order] == strata[spared]]:
            if other != spared and not chosen[other]:
                chosen[other] = True
                if not any(chosen[keys].all() for keys in shown):
                    break
                chosen[other] = False


def _usual(data: LabelledCrops, member: Rows) -> Rows:
    """The most frequent label of each group, intp (groups,)."""
    counts = np.zeros((member.max() + 1, data.targets.shape[1]), np.intp)
    np.add.at(counts, (member, data.labels), 1)
    return np.asarray(counts.argmax(axis=1), np.intp)
