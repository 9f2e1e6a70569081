"""One run: how it went, what came of it, and what to do with it."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.bundles import KERAS_FILE, RUNTIME_FILE, Bundle, Score, find_bundle
from core.bundles.store import champion_name
from core.errors import MienError
from training.history import Curves, History, HistoryError, Run
from training.history.run import ARCHIVED_TAG, LABELS_TAG, NOTE_TAG
from training.plots import plots_page
from ui.charts import SAVABLE
from ui.history.architecture import architecture_card
from ui.history.charts import classes_chart, confusion_chart, coverage_chart, reliability_chart
from ui.history.curves import curves_card
from ui.history.pictures import pictures_card, take_click
from ui.roles import analyst, require_analyst


def run_card(history: History, run: Run) -> None:
    """Everything about one run."""
    st.subheader(run.name, anchor=False)
    st.caption(
        f"{run.started:%d %b %Y %H:%M} UTC · {run.recipe} on {run.data}, split by {run.split} · {run.device}"
    )
    curves = curves_card(history, [run])
    bundle = _bundle(run)
    if bundle:
        for score in bundle.card.scores[:1]:
            _score_card(score, bundle, run)
        architecture_card(bundle.card.layers)
    with st.expander("Settings, data and versions", icon=":material/settings:"):
        st.dataframe(
            [{"Setting": name, "Value": value} for name, value in sorted(run.parameters.items())]
            + [{"Setting": name, "Value": value} for name, value in sorted(_facts(run).items())],
            hide_index=True,
            alt="Settings of the run",
        )
    _downloads(run, curves, bundle)
    if analyst() is not None:
        _edit(history, run)


def _bundle(run: Run) -> Bundle | None:
    """The bundle a run left, where it is still here as the run left it."""
    if run.bundle is None:
        return None
    try:
        bundle = find_bundle(run.bundle)
    except MienError:
        return None
    return bundle if bundle.digest == run.tags.get("digest") else None


def _score_card(score: Score, bundle: Bundle, run: Run) -> None:
    leaks = " :orange-badge[leaks]" if score.leaks else ""
    st.markdown(
        f"**{score.accuracy.value:.1%}** right ({score.accuracy.low:.1%} to {score.accuracy.high:.1%}), "
        f"macro-F1 {score.macro_f1.value:.3f}, on {score.n} held-out faces: {score.protocol}.{leaks}"
    )
    confusion, classes, reliability, coverage = st.tabs(
        ["Confusion", "Each expression", "Is it as sure as it says?", "What abstaining brings"]
    )
    with confusion:
        counts = st.toggle("Counts", key="counts")
        st.plotly_chart(
            confusion_chart(score, normalised=not counts),
            config=SAVABLE,
            alt="Confusion matrix",
            key="confusion",
            on_select=lambda: take_click(score),
            selection_mode="points",
        )
        pictures_card(run, score)
    with classes:
        st.plotly_chart(classes_chart(score), config=SAVABLE, alt="Recall and precision", key="per_class")
        st.caption(
            "Full: recall, how often it is found. Faint: precision, how often it is right when it says so."
        )
    with reliability:
        st.plotly_chart(
            reliability_chart(score.reliability), config=SAVABLE, alt="Reliability diagram", key="reliability"
        )
    with coverage:
        chart = coverage_chart(score.risk_coverage, score.coverage)
        st.plotly_chart(chart, config=SAVABLE, alt="Accuracy against coverage", key="coverage")
    st.caption(f"Model {bundle.name}, {bundle.card.parameters:,} parameters, {bundle.digest}.")


def _facts(run: Run) -> dict[str, str]:
    return {name: value for name, value in run.tags.items() if not name.startswith("mlflow.")}


def _downloads(run: Run, curves: dict[str, Curves], bundle: Bundle | None) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "Curves as CSV",
            to_csv(next(iter(curves.values()))),
            f"{run.name}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Plots as HTML",
            lambda: plots_page(_by_epoch(next(iter(curves.values()))), bundle.card if bundle else None),
            f"{run.name}.html",
            "text/html",
            icon=":material/download:",
            on_click="ignore",
        )
        if bundle:
            for file in (KERAS_FILE, RUNTIME_FILE):
                st.download_button(
                    file,
                    (bundle.folder / file).read_bytes,
                    f"{bundle.name}{Path(file).suffix}",
                    icon=":material/download:",
                    on_click="ignore",
                )
            st.download_button(
                "Model as zip",
                lambda: _zip(bundle.folder),
                f"{bundle.name}.zip",
                "application/zip",
                icon=":material/folder_zip:",
                on_click="ignore",
            )


def to_csv(curves: Curves) -> str:
    """One line an epoch, one column a figure."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["epoch", *curves])
    for epoch, values in _by_epoch(curves).items():
        writer.writerow([epoch, *(values.get(name, "") for name in curves)])
    return stream.getvalue()


def _by_epoch(curves: Curves) -> dict[int, dict[str, float]]:
    """The figures of each epoch, in order."""
    found: dict[int, dict[str, float]] = {}
    for name, points in curves.items():
        for epoch, _, value in points:
            found.setdefault(epoch, {})[name] = value
    return dict(sorted(found.items()))


def _zip(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{folder.name}/{file.name}")
    return stream.getvalue()


def _edit(history: History, run: Run) -> None:
    with st.expander("Note, labels, archive", icon=":material/edit_note:"):
        note = st.text_area("Note", run.note, max_chars=2000, key=f"note-{run.id}")
        labels = st.multiselect(
            "Labels", run.labels, list(run.labels), accept_new_options=True, key=f"labels-{run.id}"
        )
        with st.container(horizontal=True):
            keep = {NOTE_TAG: note, LABELS_TAG: ",".join(labels)}
            if st.button(
                "Keep", type="primary", key="keep"
            ):  # a callback would see the words before the last edit
                _tag(history, run, keep)
            archived = {ARCHIVED_TAG: "false" if run.archived else "true"}
            word = "Take out of the archive" if run.archived else "Archive"
            if st.button(word, icon=":material/archive:", key="archive"):
                _tag(history, run, archived, never_the_champion=not run.archived)
            if st.button("Delete …", icon=":material/delete:", key="delete"):
                _confirm_delete(history, run)


def _tag(history: History, run: Run, tags: dict[str, str], *, never_the_champion: bool = False) -> None:
    def write() -> None:
        if never_the_champion:
            _require_not_serving(run)
        for name, value in tags.items():
            history.tag(run.id, name, value)

    if _act(write):
        st.rerun()


def _require_not_serving(run: Run) -> None:
    """Keep the record of what serves.

    Raises:
        HistoryError: the run's model is the champion.
    """
    if run.bundle is not None and run.bundle == champion_name():
        raise HistoryError(f"Its model {run.bundle} serves: promote another one first.")


def _act(action: Callable[[], object]) -> bool:
    try:
        require_analyst()
        action()
    except MienError as error:
        st.error(str(error), icon=":material/error:")
        return False
    return True


@st.dialog("Delete this run?")
def _confirm_delete(history: History, run: Run) -> None:
    def delete() -> None:
        _require_not_serving(run)
        history.delete(run.id)

    st.markdown(f"The curves and settings of **{run.name}** are deleted. Its model stays on the Models page.")
    if st.button("Delete", type="primary", key="confirm_delete") and _act(delete):
        st.query_params.pop("run", None)
        st.rerun()
