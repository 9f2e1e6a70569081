"""`python -m training list`: the models that are here, what each is worth, and who promoted which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.table import Column, Table
from rich.text import Text

from core.bundles import Bundle, Score, bundle_names, find_bundle
from core.bundles.store import champion_name
from core.errors import MienError
from training.commands.console import CONSOLE, failing_plainly
from training.registry import Promotion, promotions


class Entry(BaseModel):
    """One model in the list; all but its name is None where it is damaged."""

    name: str
    champion: bool
    title: str | None = None
    data: str | None = None
    protocol: str | None = None
    accuracy: float | None = None
    macro_f1: float | None = None
    shared_people: float | None = None
    leaking_accuracy: float | None = None
    bytes: int | None = None
    created: datetime | None = None
    digest: str | None = None
    damage: str | None = None


class Listing(BaseModel):
    """What `list --json` prints."""

    champion: str | None
    models: tuple[Entry, ...]
    promotions: tuple[Promotion, ...]


def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    last: Annotated[int, typer.Option(min=0, help="How many of the newest promotions to show.")] = 5,
) -> None:
    """List the models, the champion first, with the score to believe and the one that leaks beside it."""
    with failing_plainly():
        champion = champion_name()
        models = tuple(_entry(name, name == champion) for name in bundle_names())
        changes = promotions()[-last:] if last else ()
    if as_json:
        typer.echo(Listing(champion=champion, models=models, promotions=changes).model_dump_json())
        return
    CONSOLE.print(_models_table(models))
    if changes:
        CONSOLE.print(_promotions_table(changes))


def _entry(name: str, champion: bool) -> Entry:
    try:
        bundle = find_bundle(name)
    except MienError as error:
        return Entry(name=name, champion=champion, damage=str(error))
    card = bundle.card
    honest, leaking = card.headline, _leaking(card.scores, card.headline)
    return Entry(
        name=name,
        champion=champion,
        title=card.title,
        data=honest.data if honest else None,
        protocol=honest.protocol if honest else None,
        accuracy=honest.accuracy.value if honest else None,
        macro_f1=honest.macro_f1.value if honest else None,
        shared_people=honest.shared_people if honest else None,
        leaking_accuracy=leaking.accuracy.value if leaking else None,
        bytes=_size(bundle),
        created=card.created,
        digest=bundle.digest,
    )


def _leaking(scores: Sequence[Score], honest: Score | None) -> Score | None:
    """The leaking score on the same data where there is one, else the first."""
    found = [score for score in scores if score.leaks]
    return next((s for s in found if honest and s.data == honest.data), found[0] if found else None)


def _size(bundle: Bundle) -> int:
    return sum(file.stat().st_size for file in bundle.folder.iterdir() if file.is_file())


def _models_table(models: Sequence[Entry]) -> Table:
    name = Column("Model", overflow="fold", min_width=max((len(one.name) for one in models), default=0))
    table = Table("", name, "Right on faces it never saw", "Macro-F1", "Leaking split", "Size", "Created")
    for one in models:
        mark = "★" if one.champion else ""
        if one.damage:
            table.add_row(mark, one.name, Text(one.damage, style="red"))
            continue
        table.add_row(
            mark,
            one.name,
            _told(one),
            f"{one.macro_f1:.3f}" if one.macro_f1 is not None else "–",
            f"{one.leaking_accuracy:.1%}" if one.leaking_accuracy is not None else "–",
            f"{(one.bytes or 0) / 1e6:.1f} MB",
            f"{one.created:%Y-%m-%d %H:%M}",
        )
    return table


def _told(one: Entry) -> str:
    if one.accuracy is None:
        return "not measured"
    known = " (but it knows some of the people)" if one.shared_people else ""
    return f"{one.accuracy:.1%} of {one.data}{known}"


def _promotions_table(changes: Sequence[Promotion]) -> Table:
    table = Table("When (UTC)", "Serves", "Instead of", "By", "Why")
    for one in reversed(changes):
        back = " (rolled back)" if one.action == "rollback" else ""
        table.add_row(
            f"{one.time:%Y-%m-%d %H:%M}",
            one.name + back,
            one.previous or "–",
            one.by,
            one.note,
        )
    return table
