"""`python -m training check`: look at data before training on them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from training.checking import Copies, DataCheck, OfficialCheck, SkippedFile
from training.checking import check as check_data
from training.commands.console import CONSOLE, failing_plainly, require_writable
from training.datasets.reading import read
from training.datasets.sheet import write_sheet

NAMED = 10
"""How many of a kind the table names; JSON has them all."""


def check(
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="DATA…",
            help="Folder, zip, npz or csv; drawn or drawn:SUBJECTS:SEED; kaggle:ckplus48 or kaggle:fer2013.",
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    sheet: Annotated[
        Path | None, typer.Option(help="Also keep a few crops of each class in this npz file.")
    ] = None,
) -> None:
    """Count what is in DATA and name what is wrong with it.

    Exit status: 0 where the data could be read, even if training would refuse them; 1 where not.
    """
    with failing_plainly():
        require_writable(sheet, *data)
        got = read(data)
        found = check_data(got)
        if sheet is not None:
            write_sheet(got.crops, sheet)
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    _print_classes(found)
    _print_facts(found)
    _print_files("Unreadable", found.unreadable)
    _print_files("Unknown label", found.unknown_labels)
    _print_files("No face found", found.without_face)
    for refusal in found.refusals:
        CONSOLE.print(f"Training refuses: {refusal}", style="red", highlight=False)
    if found.split_refusal:
        CONSOLE.print(
            f"Training refuses the usual split: {found.split_refusal}", style="yellow", highlight=False
        )


def _print_classes(found: DataCheck) -> None:
    table = Table("Class", *(one.source for one in found.sources), "All")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, count in found.classes.items():
        table.add_row(name, *(str(one.classes.get(name, 0)) for one in found.sources), str(count))
    table.add_section()
    table.add_row("crops", *(str(one.crops) for one in found.sources), str(found.crops))
    table.add_row("subjects", *(str(one.subjects) for one in found.sources), str(found.subjects))
    table.add_row("sequences", *(str(one.sequences) for one in found.sources), str(found.sequences))
    unnamed = (str(one.without_subject) for one in found.sources)
    table.add_row("without subject", *unnamed, str(found.without_subject))
    CONSOLE.print(table)


def _print_facts(found: DataCheck) -> None:
    table = Table("Found", "", show_header=False)
    table.add_row("Exact duplicates", _tell(found.exact_duplicates))
    table.add_row("Near-duplicates", _tell(found.near_duplicates))
    table.add_row(
        "A random 80:20 split would leak",
        f"{found.random_split_leak:.1%} of the test crops have a near-copy or sibling in training",
    )
    if found.official:
        table.add_row(
            "The data's own division",
            f"{found.official.train} to learn from, {found.official.test} to be judged on; "
            f"{_shared(found.official)}, {found.official.leak:.1%} leak",
        )
    if found.blank:
        table.add_row("Show next to nothing", f"{found.blank} crops, which are learned from all the same")
    for cause, count in found.left_out.items():
        table.add_row(f"Left out: {cause}", str(count))
    CONSOLE.print(table)


def _shared(official: OfficialCheck) -> str:
    if official.shared_subjects is None:
        return "who stands on both sides is not known"
    return f"{official.shared_subjects} subjects on both sides"


def _tell(copies: Copies) -> str:
    if not copies.groups:
        return "none"
    told = f"{copies.pictures} crops in {copies.groups} groups, {copies.conflicting} with conflicting labels"
    return f"{told}; e.g. {' = '.join(_shorten(copies.examples[0]))}"


def _shorten(names: Sequence[str]) -> Iterable[str]:
    return [*names[:3], *(["…"] if len(names) > 3 else [])]


def _print_files(title: str, files: Sequence[SkippedFile]) -> None:
    if not files:
        return
    table = Table(f"{title} ({len(files)})", "Why")
    for file in files[:NAMED]:
        table.add_row(file.name, file.reason)
    if len(files) > NAMED:
        table.add_row(f"… and {len(files) - NAMED} more", "all of them: --json")
    CONSOLE.print(table)
