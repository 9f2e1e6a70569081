"""Challenger beside champion, and the two ways out: keep it or throw it away."""

from typing import Final

import numpy as np
import streamlit as st

from core.bundles import Interval, bundle_names, find_bundle
from core.bundles.store import champion_name
from core.errors import MienError
from training.jobs import Job
from training.registry import discard, promote
from training.verdict import DISAGREEMENTS_FILE, Side, Verdict
from ui.palette import display_name
from ui.pictures import enlarge_crop
from ui.retrain.charts import recall_differences
from ui.roles import analyst, require_analyst

ICONS: Final = {
    "better": ":material/trending_up:",
    "no clear difference": ":material/drag_handle:",
    "worse": ":material/trending_down:",
}
SHOWN: Final = 12


def verdict_card(job: Job, verdict: Verdict) -> None:
    """The gate's word, why, and the figures it rests on."""
    st.header(f"{ICONS[verdict.outcome]} {_headline(verdict)}", anchor=False)
    if _is_stale(verdict) and verdict.challenger.name != champion_name():
        st.warning(f"It was not compared with {champion_name()}, which serves now.", icon=":material/update:")
    for caution in verdict.cautions:
        st.warning(caution, icon=":material/warning:")
    st.markdown("\n".join(f"- {reason}" for reason in verdict.reasons))
    figures, chart = st.columns([2, 3], gap="large")
    with figures:
        st.table(_rows(verdict))
    if verdict.recall:
        with chart:
            st.plotly_chart(
                recall_differences(verdict.recall),
                config={"displayModeBar": False},
                alt="How much more often each expression is recognised than by the champion",
                key="recall",
            )
    _disagreements(job, verdict)
    _ways_out(verdict)


def _is_stale(verdict: Verdict) -> bool:
    """Whether another model serves than the one it was compared with."""
    return verdict.champion is not None and verdict.champion.name != champion_name()


def _headline(verdict: Verdict) -> str:
    if verdict.champion is None:
        return "The first model"
    return {
        "better": f"Better than {verdict.champion.name}",
        "no clear difference": f"No clear difference from {verdict.champion.name}",
        "worse": f"Worse than {verdict.champion.name}",
    }[verdict.outcome]


def _rows(verdict: Verdict) -> dict[str, list[str]]:
    sides = [verdict.challenger, *([verdict.champion] if verdict.champion else [])]
    return {
        f"On {verdict.challenger.score.n} faces": [
            "Accuracy",
            "Macro-F1",
            "Calibration error",
            "One face",
            "Size",
            "Parameters",
        ],
        **{side.name: _figures(side) for side in sides},
    }


def _figures(side: Side) -> list[str]:
    return [
        _tell(side.score.accuracy),
        _tell(side.score.macro_f1),
        f"{side.score.expected_calibration_error:.3f}",
        f"{side.milliseconds_per_crop:.1f} ms",
        f"{side.megabytes:.1f} MB",
        f"{side.parameters:,}",
    ]


def _tell(interval: Interval) -> str:
    return f"{interval.value:.1%} ({interval.low:.0%} to {interval.high:.0%})"


def _disagreements(job: Job, verdict: Verdict) -> None:
    file = job.folder / DISAGREEMENTS_FILE
    if analyst() is None or not verdict.disagreements or not file.exists():
        return  # faces of a data set are for those who hold it
    with st.expander("Faces on which they disagree", icon=":material/compare:"), np.load(file) as kept:
        crops = kept["crops"]
        for start in range(0, min(SHOWN, len(crops)), 6):
            for column, number in zip(st.columns(6), range(start, len(crops)), strict=False):
                one = verdict.disagreements[number]
                column.image(enlarge_crop(crops[number], 144), alt=f"A face labelled {one.truth}")
                column.caption(
                    f"**{display_name(one.truth)}**  \n"
                    f"new: {one.challenger} {one.challenger_confidence:.0%}  \n"
                    f"champion: {one.champion} {one.champion_confidence:.0%}"
                )


def _ways_out(verdict: Verdict) -> None:
    name = verdict.challenger.name
    if name == champion_name():
        st.success(f"{name} serves now, in every open browser.", icon=":material/verified:")
        return
    if name not in bundle_names() or find_bundle(name).digest != verdict.challenger.digest:
        st.info(f"{name} was thrown away.", icon=":material/delete:")
        return
    if analyst() is None:
        st.caption("An analyst decides whether it serves.")
        return
    with st.container(horizontal=True):
        if st.button("Promote …", type="primary", icon=":material/publish:", key="promote"):
            _confirm_promotion(verdict)
        if st.button("Throw away …", icon=":material/delete:", key="discard"):
            _confirm_discard(name)


@st.dialog("Let this model serve?")
def _confirm_promotion(verdict: Verdict) -> None:
    name = verdict.challenger.name
    st.markdown(f"From now on **{name}** answers everybody. You can go back at any time.")
    if verdict.outcome != "better":
        st.warning(f"The gate does not advise it: {_headline(verdict).lower()}.", icon=":material/warning:")
    if _is_stale(verdict):
        st.warning(f"It was not compared with {champion_name()}, which serves now.", icon=":material/update:")
    for caution in verdict.cautions:
        st.caption(f":material/warning: {caution}")
    note = st.text_area("Why? One sentence for the log", max_chars=300, key="promotion_note")
    if st.button("Promote", type="primary", key="confirm_promotion"):
        if not note.strip():
            st.error("Say why: whoever rolls it back one day will want to know.", icon=":material/edit:")
            return
        try:
            promote(name, require_analyst(), note.strip(), verdict.challenger.digest)
        except MienError as error:
            st.error(str(error), icon=":material/error:")
            return
        st.rerun()


@st.dialog("Throw this model away?")
def _confirm_discard(name: str) -> None:
    st.markdown(f"**{name}** is deleted from this server. Its run, with curves and figures, is kept.")
    if st.button("Throw away", type="primary", key="confirm_discard"):
        try:
            require_analyst()
            discard(name)
        except MienError as error:
            st.error(str(error), icon=":material/error:")
            return
        st.rerun()
