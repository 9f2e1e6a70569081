"""“Why this answer”: the map over the crop, the parts of the face in words, and what small changes do."""

import hashlib

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from core.abstention import Reason
from core.activation import activation_map
from core.classifier import Classifier
from core.explanation import Explanation, explain
from core.expressions import Expression
from core.percent import percent
from core.readings import Reading
from ui.palette import display_name
from ui.session import EXPLANATIONS

SIDE = 240
HOT = np.array([230, 120, 20], np.float32)


def why_card(classifier: Classifier, crop: npt.NDArray[np.uint8], reading: Reading) -> None:
    """Explain the answer, or what it would have been had it been surer; nothing where no figure counts.

    It is computed only while the section is open.

    Args:
        crop: uint8 (48, 48, 1), what the model saw.
    """
    if reading.abstained is not None and reading.abstained.reason is not Reason.AMBIGUOUS:
        return
    section = st.expander("Why this answer", icon=":material/psychology_alt:", key="why", on_change="rerun")
    if not section.open:
        return
    label = max(reading.probabilities, key=lambda e: reading.probabilities[e])
    found = _explain(classifier, crop, label)
    with section:
        picture, words = st.columns([1, 1], gap="large")
        with picture:
            _maps(classifier, crop, found)
        with words:
            st.markdown(_tell(found))
            st.markdown("  \n".join(_changes(found)))
            st.caption("Both say what the model looks at, not why a person looks so.")


def _maps(classifier: Classifier, crop: npt.NDArray[np.uint8], found: Explanation) -> None:
    """What hiding costs, and where the network lights up, where it can say so."""
    said = {"Hidden, this would cost the answer most": found.heat}
    activation = activation_map(classifier.bundle, crop, found.label)
    if activation is not None:
        said["Here the network lights up for it"] = activation
    for place, (caption, heat) in zip(st.columns(2), said.items(), strict=False):
        place.image(_overlay(crop, heat), alt=f"{caption}: {found.label}")
        place.caption(caption)


def _explain(classifier: Classifier, crop: npt.NDArray[np.uint8], label: Expression) -> Explanation:
    """Explain, and remember the newest of this browser session only."""
    key = (classifier.bundle.digest, hashlib.sha256(crop.tobytes()).hexdigest(), label)
    known: dict[object, Explanation] = st.session_state.get(EXPLANATIONS, {})
    found = known.get(key) or explain(classifier, crop, label)
    st.session_state[EXPLANATIONS] = {key: found}
    return found


def _tell(found: Explanation) -> str:
    parts = [f"**{name}** ({found.regions[name]:.0%})" for name in found.notable]
    if not parts:
        return f"“{display_name(found.label)}” rests on no part of the face in particular."
    return f"“{display_name(found.label)}” rests mostly on {' and '.join(parts[:2])}."


def _changes(found: Explanation) -> list[str]:
    lines = []
    for change in found.changes:
        same = change.label is found.label
        mark = ":material/check:" if same else ":material/change_circle:"
        lines.append(
            f"{mark} {change.name.capitalize()}: {'still ' if same else ''}"
            f"{display_name(change.label).lower()}, {percent(change.probability)}"
        )
    return lines


def _overlay(crop: npt.NDArray[np.uint8], heat: npt.NDArray[np.float32]) -> Image.Image:
    """The crop with its hot parts in orange."""
    share = (heat.clip(min=0) / max(float(heat.max()), 1e-6))[..., None] * 0.75
    mixed = (1 - share) * crop.astype(np.float32) + share * HOT
    return Image.fromarray(np.asarray(mixed, np.uint8)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
