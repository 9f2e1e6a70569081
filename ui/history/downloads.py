"""What can be taken away from a run."""

import csv
import io
import zipfile
from pathlib import Path

import streamlit as st

from core.bundles import KERAS_FILE, RUNTIME_FILE, Bundle
from training.history import Curves, Run
from training.plots import plots_page


def downloads(run: Run, curves: Curves, bundle: Bundle | None) -> None:
    """Offer the curves, the plots, and the bundle whole or file by file."""
    with st.container(horizontal=True):
        st.download_button(
            "Curves as CSV",
            to_csv(curves),
            f"{run.name}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Plots as HTML",
            lambda: plots_page(_by_epoch(curves), bundle.card if bundle else None),
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
