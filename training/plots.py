"""One page of plots for a run: its curves and its confusion matrices, to open in any browser, offline."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.bundles import Card, Score

CURVES: Final = {"Loss": ("loss", "val_loss"), "Accuracy": ("accuracy", "val_accuracy")}
INNER: Final = "val_"


def plots_page(epochs: Mapping[int, Mapping[str, Any]], card: Card | None) -> str:
    """HTML that needs nothing else, about 5 MB: MLflow's viewer loads no second file.

    Args:
        epochs: the epoch events by number.
        card: of the bundle that came out; None where there is none yet.
    """
    scores: Sequence[Score] = card.scores if card else ()
    titles = [*CURVES, *(f"{'LEAKS: ' if score.leaks else ''}{score.data}" for score in scores)]
    figure = make_subplots(rows=-(-len(titles) // 2), cols=2, subplot_titles=titles)
    for place, curves in enumerate(CURVES.values()):
        for name in curves:
            line = go.Scatter(
                x=list(epochs),
                y=[event.get(name) for event in epochs.values()],
                name=f"inner {name.removeprefix(INNER)}" if name.startswith(INNER) else name,
            )
            figure.add_trace(line, *_cell(place))
    for place, score in enumerate(scores, start=len(CURVES)):
        labels = [str(label) for label in score.labels or (card.labels if card else ())]
        matrix = go.Heatmap(
            z=score.confusion,
            x=labels,
            y=labels,
            texttemplate="%{z}",
            colorscale="Blues",
            showscale=False,
            hovertemplate="shows %{y}, answered %{x}: %{z}<extra></extra>",
        )
        figure.add_trace(matrix, *_cell(place))
        figure.update_yaxes(autorange="reversed", row=_cell(place)[0], col=_cell(place)[1])
    figure.update_layout(height=420 * (-(-len(titles) // 2)), template="plotly_white")
    return str(figure.to_html(include_plotlyjs=True))


def _cell(place: int) -> tuple[int, int]:
    return place // 2 + 1, place % 2 + 1
