"""What can be taken away from a run."""

import csv
import io
import zipfile
from pathlib import Path

import streamlit as st

from core.bundles import KERAS_FILE, RUNTIME_FILE, Bundle
from training.history import Course, Run
from training.plots import plots_page


def downloads(run: Run, course: Course, bundle: Bundle | None) -> None:
    """Offer the curves, the plots, and the bundle whole or file by file."""
    with st.container(horizontal=True):
        st.download_button(
            "Curves as CSV",
            to_csv(course),
            f"{run.name}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Plots as HTML",
            lambda: plots_page(course, bundle.card if bundle else None),
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
                lambda: to_zip(bundle.folder),
                f"{bundle.name}.zip",
                "application/zip",
                icon=":material/folder_zip:",
                on_click="ignore",
            )
    st.caption("A plot as PNG: point at it, and press the camera above it.")


def to_csv(course: Course) -> str:
    """One line an epoch, one column a figure; and the seconds of training at its end, pauses left out."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["epoch", "seconds_since_start", *course.curves])
    elapsed, names = course.elapsed, tuple(course.curves)
    for epoch, figures in course.epochs.items():
        writer.writerow([epoch, round(elapsed[epoch], 3), *(figures.get(name, "") for name in names)])
    return stream.getvalue()


def to_zip(folder: Path) -> bytes:
    """A folder's files as one archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{folder.name}/{file.name}")
    return stream.getvalue()
