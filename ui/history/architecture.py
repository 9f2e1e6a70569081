"""The network of a bundle: a picture of what matters, and every layer in a table."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.bundles import Layer

MINOR: Final = frozenset({"BatchNormalization", "Activation", "Dropout", "Rescaling", "LayerNormalization"})
"""Kinds that the picture leaves out: they change no shape and belong to the layer before them."""

FILL: Final = {"Conv2D": "#8CC9CB", "Dense": "#F0C26B", "InputLayer": "#C9CDD3"}
OTHER_FILL: Final = "#E4E7EA"


def architecture_card(layers: Sequence[Layer]) -> None:
    """Show a network, closed until somebody asks; nothing where its layers were not written down."""
    if not layers:
        return
    drawn, alike = one_of(layers)
    with st.expander("The network", icon=":material/account_tree:"):
        picture, table = st.columns([2, 3], gap="large")
        picture.graphviz_chart(to_dot(drawn), width="stretch")
        if alike > 1:
            picture.caption(f"One of {alike} such networks, whose answers are averaged.")
        picture.caption("Normalisation, activation and dropout belong to the layer before them.")
        table.dataframe(
            [
                {
                    "Layer": layer.name,
                    "Kind": layer.kind,
                    "Output": _shape(layer.shape),
                    "Parameters": layer.parameters,
                }
                for layer in layers
            ],
            column_config={
                "Layer": st.column_config.TextColumn(width="small"),
                "Kind": st.column_config.TextColumn(width="small"),
                "Output": st.column_config.TextColumn(width="small"),
                "Parameters": st.column_config.NumberColumn(format="localized", width="small"),
            },
            hide_index=True,
            height=560,
            alt="Layers of the network with their parameters",
        )
        table.caption(f"{sum(layer.parameters for layer in layers):,} parameters in {len(layers)} layers.")


def one_of(layers: Sequence[Layer]) -> tuple[Sequence[Layer], int]:
    """The first network of several that are averaged, and how many there are."""
    alike = max(1, sum(layer.kind == "InputLayer" for layer in layers))
    return layers[: len(layers) // alike], alike


def to_dot(layers: Sequence[Layer]) -> str:
    """The layers that matter and what reads what, in Graphviz's language."""
    seen_through: dict[str, tuple[str, ...]] = {}
    lines = [
        "digraph {",
        "bgcolor=transparent; ranksep=0.22;",
        'node [shape=box, style="filled,rounded", color="#7A828C", fontname="sans-serif", fontsize=11,',
        'margin="0.12,0.05", height=0.3];',
        'edge [color="#7A828C", arrowsize=0.6];',
    ]
    for layer in layers:
        sources = tuple(dict.fromkeys(end for name in layer.after for end in seen_through[name]))
        if layer.kind in MINOR:
            seen_through[layer.name] = sources
            continue
        seen_through[layer.name] = (layer.name,)
        weights = f"\\n{layer.parameters:,} weights" if layer.parameters else ""
        text = f"{layer.kind}  {_shape(layer.shape)}{weights}"
        lines.append(f'"{layer.name}" [label="{text}", fillcolor="{FILL.get(layer.kind, OTHER_FILL)}"];')
        lines += [f'"{source}" -> "{layer.name}";' for source in sources]
    return "\n".join([*lines, "}"])


def _shape(shape: Sequence[int]) -> str:
    return " × ".join(str(side) for side in shape)
