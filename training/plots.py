"""One page of plots for a run: its curves and what its model is worth, to open in any browser, offline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.bundles import Card, Score
from core.expressions import Expression
from training.history.course import Course, Mark
from training.splits import how_apart

CURVES: Final = {"Loss": ("loss", "val_loss"), "Accuracy": ("accuracy", "val_accuracy")}
INNER: Final = "val_"
INK: Final = "#2F6F73"
GREY: Final = "#8A8F98"
PIXELS_A_ROW: Final = 420


@dataclass(frozen=True)
class _Plot:
    """One plot of the page; `axes` are the titles of x and y."""

    title: str
    axes: tuple[str, str]
    traces: Sequence[Any]
    marks: Sequence[Mark] = ()
    downwards: bool = False


def plots_page(course: Course, card: Card | None) -> str:
    """HTML that needs nothing else, about 5 MB: MLflow's viewer loads no second file.

    Args:
        card: of the bundle that came out; None where there is none yet.
    """
    plots = [_curve_plot(title, names, course) for title, names in CURVES.items()]
    for score in card.scores if card else ():
        plots += _score_plots(score, score.labels or (card.labels if card else ()))
    rows = -(-len(plots) // 2)
    titles = [plot.title for plot in plots]
    figure = make_subplots(rows=rows, cols=2, subplot_titles=titles, vertical_spacing=0.25 / rows)
    for place, plot in enumerate(plots):
        cell = {"row": place // 2 + 1, "col": place % 2 + 1}
        for trace in plot.traces:
            figure.add_trace(trace, **cell)
        for mark in plot.marks:
            figure.add_vline(
                x=mark.epoch,
                line={"color": GREY, "width": 1, "dash": "solid" if mark.text else "dot"},
                annotation_text=mark.text,
                annotation_position="top left",
                annotation_yshift=-16 if mark.text.startswith("stopped") else 0,
                **cell,
            )
        figure.update_xaxes(title=plot.axes[0], **cell)
        figure.update_yaxes(title=plot.axes[1], autorange="reversed" if plot.downwards else True, **cell)
    figure.update_layout(height=PIXELS_A_ROW * rows, template="plotly_white", showlegend=False)
    return str(figure.to_html(include_plotlyjs=True))


def _curve_plot(title: str, names: Sequence[str], course: Course) -> _Plot:
    lines = []
    for name in names:
        inner = name.startswith(INNER)
        called = f"inner {name.removeprefix(INNER)}" if inner else f"training {name}"
        line = go.Scatter(
            x=list(course.epochs),
            y=[figures.get(name) for figures in course.epochs.values()],
            name=called,
            line={"color": INK if inner else GREY, "dash": "solid" if inner else "dot"},
            hovertemplate=f"{called}, epoch %{{x}}: %{{y:.4f}}<extra></extra>",
        )
        lines.append(line)
    return _Plot(f"{title} (dotted: training)", ("epoch", ""), lines, course.marks)


def _score_plots(score: Score, labels: Sequence[Expression]) -> Iterator[_Plot]:
    """Confusion, each expression, reliability, and what abstaining brings, as far as they were measured."""
    of = f"{'LEAKS: ' if score.leaks else ''}{score.data}"
    names = [str(label) for label in labels]
    matrix = go.Heatmap(
        z=score.confusion,
        x=names,
        y=names,
        texttemplate="%{z}",
        colorscale="Blues",
        showscale=False,
        hovertemplate="shows %{y}, answered %{x}: %{z}<extra></extra>",
    )
    yield _Plot(f"{of}<br><sup>{how_apart(score)}</sup>", ("answered", "shows"), [matrix], downwards=True)
    classes = score.per_class
    bars = [
        go.Bar(
            x=[str(label) for label in classes],
            y=[getattr(one, what) for one in classes.values()],
            marker_color=color,
            hovertemplate=f"%{{x}}, {what}: %{{y:.1%}}<extra></extra>",
        )
        for what, color in (("recall", INK), ("precision", GREY))
    ]
    yield _Plot(f"{of}: recall, and grey precision", ("", ""), bars)
    known = [one for one in score.reliability if one.n]
    if known:
        sure, right = [one.confidence for one in known], [one.accuracy for one in known]
        honest = go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": GREY, "dash": "dot"})
        told = go.Scatter(x=sure, y=right, mode="lines+markers", line_color=INK)
        yield _Plot(f"{of}: reliability", ("confidence", "accuracy"), [honest, told])
    if score.risk_coverage:
        shares = [point.coverage for point in score.risk_coverage]
        risks = [1 - point.accuracy for point in score.risk_coverage]
        line = go.Scatter(x=shares, y=risks, mode="lines", line_color=INK)
        yield _Plot(f"{of}: risk against coverage", ("share answered", "share of them wrong"), [line])
