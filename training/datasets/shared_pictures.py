"""Keep the copies of one picture together, in one data set and where several hold it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from training.datasets.labelled import LabelledCrops
from training.datasets.near_duplicates import blank, exact_groups, near_groups
from training.datasets.recutting import recut


def unite_copies(parts: Sequence[LabelledCrops]) -> LabelledCrops:
    """Join data sets; near-copies in different ones get one sequence, and one subject where one is named.

    So no split sets one copy to learn from and another to be judged on. Bonds are closed: where a picture
    shows that two data sets' people are the same, all of their pictures get one subject.
    """
    data = LabelledCrops.concatenate(parts)
    if len(parts) < 2:
        return data
    near = near_groups(data.crops, recut(data).crops)  # each may frame the same picture in its own way
    shared = _in_several(near, np.repeat(np.arange(len(parts)), [len(part) for part in parts]))
    return _bind(data, near, shared)


def unite_own_copies(data: LabelledCrops, near: npt.NDArray[np.intp]) -> LabelledCrops:
    """Give the near-copies in one data set one sequence, and one subject where one is named.

    Two people who are named may look nearly the same: the same picture makes them one, and an unnamed one
    that resembles both.

    Args:
        near: groups of near-copies, as `near_groups` numbers them.
    """
    named = data.subjects != ""
    pairs = np.unique(
        np.stack([near[named], np.unique(data.subjects[named], return_inverse=True)[1]]), axis=1
    )
    several = np.bincount(pairs[0], minlength=near.max() + 1) > 1
    all_named = np.bincount(near[~named], minlength=near.max() + 1) == 0
    bonds = np.where((several & all_named)[near], near.max() + 1 + exact_groups(data.crops), near)
    return _bind(data, bonds, np.bincount(bonds)[bonds] > 1)


def _bind(data: LabelledCrops, groups: npt.NDArray[np.intp], bound: npt.NDArray[np.bool_]) -> LabelledCrops:
    """Give the bound rows of each group one sequence, and one subject where one is named.

    Blank crops bind nobody: a camera that showed nothing yet gives every person the same picture.
    """
    bound = bound & ~blank(data.crops)
    if not bound.any():
        return data
    sequences = _unite(data.sequences, groups, bound)
    named = data.subjects != ""
    people = _unite(np.where(named, np.char.add("person ", data.subjects), sequences), groups, bound)
    names: dict[str, str] = {}
    for person, subject in zip(people[named], data.subjects[named], strict=True):
        names.setdefault(person, subject)
    return replace(data, sequences=sequences, subjects=np.array([names.get(p, "") for p in people], np.str_))


def near_copies(data: LabelledCrops) -> npt.NDArray[np.intp]:
    """Number the groups of near-copies, intp (n,); those of several data sets also as cut on our template."""
    several = len(np.unique(data.sources)) > 1
    return near_groups(data.crops, recut(data).crops) if several else near_groups(data.crops)


def _in_several(near: npt.NDArray[np.intp], owners: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Which rows belong to a group of near-copies that more than one owner holds, bool (n,)."""
    pairs = np.unique(np.stack([near, owners]), axis=1)
    groups, count = np.unique(pairs[0], return_counts=True)
    return np.isin(near, groups[count > 1])


def _unite(
    keys: npt.NDArray[np.str_], near: npt.NDArray[np.intp], bound: npt.NDArray[np.bool_]
) -> npt.NDArray[np.str_]:
    """Replace each key by the first of those that a bound row's group ties it to, str (n,)."""
    names, first, member = np.unique(keys, return_index=True, return_inverse=True)
    n = len(names)
    links = (member[bound], n + near[bound])
    size = n + int(near.max()) + 1
    graph = coo_array((np.ones(len(links[0]), np.bool_), links), shape=(size, size))
    component = connected_components(graph, directed=False)[1][:n]
    leader: dict[int, str] = {}
    for index in np.argsort(first):
        leader.setdefault(int(component[index]), str(names[index]))
    return np.array([leader[int(component[index])] for index in member], np.str_)
