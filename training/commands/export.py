"""`python -m training export`: a model's runtime file again, as it is or smaller."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table

from core.bundles import Bundle, find_bundle
from core.errors import DataError
from training.commands.console import CONSOLE, failing_plainly
from training.conversion import Variant
from training.variants import compare, export_variant

if TYPE_CHECKING:
    from training.datasets.labelled import LabelledCrops

REPRESENTATIVE: Final = 256
"""Crops on which int8 ranges are fixed; they are not among those it is measured on."""


def export(
    output: Annotated[Path, typer.Option(help="Folder to write; its name becomes the model's.")],
    model: Annotated[str | None, typer.Option(help="Model to export; the champion if left out.")] = None,
    variant: Annotated[
        Variant | None,
        typer.Option(
            help="dynamic: int8 weights; int8: also between layers, needs --data. As it is if left out."
        ),
    ] = None,
    data: Annotated[
        list[str] | None, typer.Option(help="Labelled crops to measure it on; again for several.")
    ] = None,
) -> None:
    """Export a model from its Keras file, and measure it beside the one that is served."""
    with failing_plainly():
        bundle = find_bundle(model)
        if variant is Variant.INT8 and not data:
            raise typer.BadParameter(
                "int8 needs typical crops: name some with --data", param_hint="--variant"
            )
        found = _read(data, bundle) if data else None
        wanted = variant or Variant(bundle.card.runtime)
        made = export_variant(bundle, output, wanted, found[0].crops if found else None)
    CONSOLE.print(f"Bundle: {made.folder}")
    if found:
        _print_costs(bundle, made, found[1])


def _read(data: list[str], bundle: Bundle) -> tuple["LabelledCrops", "LabelledCrops"]:
    """Representative crops, and others to measure on: the test part where the data has one."""
    import numpy as np

    from training.datasets import read
    from training.datasets.ferplus import majority_share
    from training.datasets.labelled import label_columns
    from training.datasets.recutting import recut

    crops = read(data).crops
    known = np.isin(crops.labels, label_columns(bundle.card.labels))
    crops = crops.take(known & (majority_share(crops) >= 0.5))
    if len(crops) < 2:
        raise DataError("The data has too few crops with a label that the model knows: name other data.")
    test = crops.parts == "test"
    free = np.flatnonzero(~test) if not test.all() else np.arange(len(crops))
    chosen = np.random.default_rng(0).choice(free, min(REPRESENTATIVE, (len(free) + 1) // 2), replace=False)
    judged = test if test.any() else np.ones(len(crops), np.bool_)
    judged[chosen] = False
    parts = crops.take(np.sort(chosen)), crops.take(judged)
    if bundle.card.training.recipe.get("recut", True):
        return recut(parts[0]), recut(parts[1])
    return parts


def _print_costs(served: Bundle, made: Bundle, data: "LabelledCrops") -> None:
    import numpy as np

    from training.datasets.families import learned_from
    from training.datasets.labelled import label_columns

    leaks = " (leaks)" if learned_from(data, served.card.training.all_sources) else ""
    columns = np.searchsorted(label_columns(served.card.labels), data.labels)
    table = Table(
        "Model",
        "Size",
        f"Accuracy{leaks}",
        "Largest |Δp|",
        "Same answer",
        "One crop",
        title=f"On {len(data)} crops",
    )
    for bundle, cost in zip(
        (served, made), compare((served, made), data.crops, np.asarray(columns, np.intp)), strict=True
    ):
        table.add_row(
            bundle.name,
            f"{cost.bytes / 1e6:.2f} MB",
            f"{cost.accuracy:.2%}",
            f"{cost.largest_difference:.4f}",
            f"{cost.agreement:.2%}",
            f"{cost.milliseconds:.2f} ms",
        )
    CONSOLE.print(table)
