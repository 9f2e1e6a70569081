"""Challenger beside champion: what the comparison says, and what it rests on."""

from typing import Final

import numpy as np
import streamlit as st

from core.bundles import Bundle, Interval
from core.bundles.store import champion_name
from training.jobs import Job
from training.jobs.job import VERDICT_FILE
from training.jobs.made import made_by
from training.verdict import DISAGREEMENTS_FILE, Side, Verdict, read_verdict
from ui.palette import display_name
from ui.pictures import enlarge_crop
from ui.retrain.charts import recall_differences
from ui.retrain.ways_out import ways_out
from ui.roles import analyst
from ui.show_chart import show_chart

ICONS: Final = {
    "better": ":material/trending_up:",
    "no clear difference": ":material/drag_handle:",
    "worse": ":material/trending_down:",
}
SHOWN: Final = 12


def outcome_card(job: Job) -> None:
    """What came of a job that ended: its verdict, or a model that was not compared; else nothing."""
    verdict = read_verdict(job.folder / VERDICT_FILE)
    if verdict:
        verdict_card(job, verdict)
    elif made := made_by(job.folder, job.spec.name):
        uncompared_card(job, made)


def uncompared_card(job: Job, made: Bundle) -> None:
    """A model whose training was stopped before the comparison: somebody has to decide all the same."""
    name = job.spec.name
    if name != champion_name():
        way = "Resume the training to compare them, or decide now" if job.resumable else "Decide"
        st.warning(
            f"The model {name} was made, but not compared with what serves. {way}.", icon=":material/balance:"
        )
    ways_out(name, made.digest, ["It was compared with nothing: nobody knows what it is worth."])


def verdict_card(job: Job, verdict: Verdict) -> None:
    """The gate's word, why, and the figures it rests on."""
    st.subheader(f"{ICONS[verdict.outcome]} {_headline(verdict)}", anchor=False)
    if _is_stale(verdict) and verdict.challenger.name != champion_name():
        st.warning(_stale(), icon=":material/update:")
    for caution in verdict.cautions:
        st.warning(caution, icon=":material/warning:")
    st.markdown("\n".join(f"- {reason}" for reason in verdict.reasons))
    figures, chart = st.columns([2, 3], gap="large")
    with figures:
        st.table(_rows(verdict))
    if verdict.recall:
        with chart:
            show_chart(
                recall_differences(verdict.recall),
                alt="How much more often each expression is recognised than by the champion",
                key="recall",
            )
    _disagreements(job, verdict)
    ways_out(verdict.challenger.name, verdict.challenger.digest, _doubts(verdict), verdict.cautions)


def _is_stale(verdict: Verdict) -> bool:
    """Whether another model serves than the one it was compared with."""
    return verdict.champion is not None and verdict.champion.name != champion_name()


def _stale() -> str:
    return f"It was not compared with {champion_name()}, which serves now."


def _doubts(verdict: Verdict) -> list[str]:
    """Why it should perhaps not serve."""
    doubts = []
    if verdict.outcome != "better":
        doubts.append(f"The gate does not advise it: {_headline(verdict).lower()}.")
    if _is_stale(verdict):
        doubts.append(_stale())
    return doubts


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
