"""One engagement as a person reads it: how it ended, how sure that is, and the course."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from core.bundles import Interval
from core.engagement import Moment, Report, ReportSettings
from core.engagement.bootstrap import BLOCK_SECONDS
from core.engagement.index import index_formula
from core.engagement.report import ExitEmotion
from core.engagement.report_settings import LONGEST_EXIT, LONGEST_REST, SMALLEST_SHARE, Method
from core.expressions import EXPRESSIONS
from core.percent import percent
from core.valence import formula
from ui.engagement.charts import course_chart, describe_course, valence_chart
from ui.palette import display_name
from ui.show_chart import show_chart
from ui.words import counted, signed

KINDS: Final = ("seconds", "share")
LAST_PART: Final = "last-part"
START: Final = "settings-start"
CHOSEN: Final = "settings-chosen"
SHARE: Final = 0.2
"""Of the whole, where the last part is chosen so."""

LEAST_SHOWN = 0.02
"""Probability from which on a part of the baseline is named."""


def settings_card(start: ReportSettings | None = None, key: str = "") -> ReportSettings:
    """What the report rests on, adjustable.

    Args:
        start: settings to begin with; those that were chosen last where it is left out.
        key: tells the settings of one engagement from those of another.
    """
    start = start or _start(key)
    with st.expander("How it is computed", icon=":material/function:"):
        methods: list[Method] = ["peak-end", "end-weighted"]
        st.radio(
            "Index",
            methods,
            index=methods.index(start.method),
            captions=[index_formula(ReportSettings(method=m)) for m in methods],
            key=f"method{key}",
        )
        _last_part(start, key)
        st.slider(
            "Rest at the start to subtract, seconds",
            0.0,
            LONGEST_REST,
            start.baseline_seconds,
            1.0,
            key=f"baseline{key}",
        )
        st.markdown("valence = Σ probability · weight")
        columns = st.columns(4)
        for number, expression in enumerate(EXPRESSIONS):
            columns[number % 4].number_input(
                display_name(expression),
                -1.0,
                1.0,
                start.weights[expression],
                0.1,
                key=f"weight-{expression}{key}",
            )
        st.caption(
            "The weights are a convention: no formula that leads from expressions to satisfaction has been "
            "validated. Check it against your own surveys before you rely on it."
        )
    chosen = st.session_state[f"{CHOSEN}{key}"] = chosen_settings(start, key)
    return chosen


def _start(key: str) -> ReportSettings:
    """What the settings began with; where another page was looked at, so that they forgot, what they were."""
    if f"method{key}" not in st.session_state:
        st.session_state[f"{START}{key}"] = st.session_state.get(f"{CHOSEN}{key}", ReportSettings())
    start: ReportSettings = st.session_state.get(f"{START}{key}", ReportSettings())
    return start


def chosen_settings(start: ReportSettings | None = None, key: str = "") -> ReportSettings:
    """What `settings_card` shows now: for a click's callback, which may come with a change just made.

    What the card returned is of the run before that change.
    """
    start = start or _start(key)
    chosen = st.session_state

    def value(name: str, default: Any) -> Any:  # noqa: ANN401 - of any widget
        return chosen.get(f"{name}{key}", default)

    seconds, share = start.exit_seconds, start.exit_share
    if value(LAST_PART, KINDS[share is not None]) == "seconds":
        seconds, share = value("exit_seconds", seconds), None
    else:
        known = share or SHARE
        percent = value("exit_share", round(100 * known))
        share = known if percent == round(100 * known) else percent / 100  # one of 33.3% is as it was kept
    return start.model_copy(
        update={
            "method": value("method", start.method),
            "exit_seconds": seconds,
            "exit_share": share,
            "baseline_seconds": value("baseline", start.baseline_seconds),
            "weights": {one: value(f"weight-{one}", start.weights[one]) for one in EXPRESSIONS},
        }
    )


def _last_part(start: ReportSettings, key: str) -> None:
    """Its length in seconds, or as a share of the whole."""
    kind = st.segmented_control(
        "Last part, as",
        KINDS,
        default=KINDS[start.exit_share is not None],
        required=True,
        key=f"{LAST_PART}{key}",
    )
    if kind == "seconds":
        shortest = min(start.least_stretches * BLOCK_SECONDS, start.exit_seconds)
        st.slider("Seconds", shortest, LONGEST_EXIT, start.exit_seconds, 1.0, key=f"exit_seconds{key}")
        return
    percent = round(100 * (start.exit_share or SHARE))
    st.slider("Percent of the whole", round(100 * SMALLEST_SHARE), 100, percent, 5, key=f"exit_share{key}")


def report_card(moments: Sequence[Moment], report: Report) -> None:
    """The answer first, then the course."""
    _answer(report)
    show_chart(course_chart(moments, report), alt=describe_course(report), key="course")
    show_chart(valence_chart(moments, report), alt="Expressed valence over time", key="valence")
    _facts(report)


def _answer(report: Report) -> None:
    ending, index = st.columns(2, gap="large")
    exit_emotion = report.exit_emotion
    with ending:
        st.caption("Exit emotion: what the face showed at the end")
        if exit_emotion is None:
            st.header("Not enough seen", anchor=False)
        else:
            st.header(display_name(exit_emotion.label), anchor=False)
            share = exit_emotion.share
            between = f"{percent(share.low)} to {percent(share.high)}"
            st.markdown(
                f"**{percent(share.value)}** of the last part ({between}), from "
                f"{exit_emotion.moments} looks.{doubt(exit_emotion)}"
            )
    with index:
        st.caption("Expressed-valence index, 0 to 100; 50 is neutral")
        if report.index is None:
            st.header("Not enough evidence", anchor=False)
            st.markdown(report.why_no_index or "")
        else:
            st.header(f"{report.index.value:.0f}", anchor=False)
            st.markdown(
                f"Between **{report.index.low:.0f}** and **{report.index.high:.0f}** with 95% confidence. "
                "It says what a face showed, not how satisfied somebody was."
            )
    st.caption(
        f"{index_formula(report.settings).capitalize()}; valence = {formula(report.settings.weights)}."
    )


def doubt(ending: ExitEmotion) -> str:
    """What speaks against it; nothing where it is clear."""
    if not ending.is_long:
        return " Too short to say how sure that is."
    if ending.clear or ending.runner_up is None:
        return ""
    return f" Not clearly so: it may as well be {ending.runner_up}."


def _facts(report: Report) -> None:
    st.markdown("\n".join(f"- {fact}" for fact in facts(report)))


def facts(report: Report) -> list[str]:
    """What stands behind the answer, a sentence each."""
    told = [report.incomplete.removesuffix(".")] if report.incomplete else []
    told += [
        f"A face was read at {report.seen} of {report.moments} looks in "
        f"{counted(round(report.seconds), 'second')}"
    ]
    told += [
        f"{count} {'look' if count == 1 else 'looks'} without a reading: {why}"
        for why, count in report.gaps.items()
    ]
    if report.mean_valence:
        told.append(f"Mean valence {_signed(report.mean_valence)}")
    if report.exit_emotion:
        told.append(f"Valence of the last part {_signed(report.exit_emotion.valence)}")
        if report.settings.exit_start(report.seconds) <= 0:
            told.append("It is no longer than the last part is, so all of it counts as that")
    if report.peak and report.low and signed(report.peak.valence) == signed(report.low.valence):
        told.append(f"Equally pleasant throughout ({signed(report.peak.valence)})")
    elif report.peak and report.low:
        told.append(
            f"Most pleasant at {report.peak.seconds:.0f} s ({signed(report.peak.valence)}), least at "
            f"{report.low.seconds:.0f} s ({signed(report.low.valence)})"
        )
    return told + _baseline_facts(report)


def _baseline_facts(report: Report) -> list[str]:
    """What was subtracted, and what became of it; nothing without a baseline."""
    if not report.baseline:
        return []
    shown = sorted(report.baseline.items(), key=lambda item: -item[1])
    parts = [
        f"{display_name(expression)} {percent(share)}" for expression, share in shown if share >= LEAST_SHOWN
    ]
    told = [f"Subtracted as the face at rest: {', '.join(parts) or 'next to nothing'}"]
    if report.exit_emotion and (label := report.label_without_baseline):
        told.append(
            "The exit emotion is the same without that"
            if label == report.exit_emotion.label
            else f"Without that the exit emotion would be {display_name(label)}"
        )
    if report.index and report.index_without_baseline is not None:
        told.append(
            f"Without the rest subtracted the index would be {report.index_without_baseline:.0f} instead "
            f"of {report.index.value:.0f}"
        )
    return told


def _signed(interval: Interval) -> str:
    return f"{signed(interval.value)} ({signed(interval.low)} to {signed(interval.high)})"
