"""Markdown out of lines and rows."""

import re
from collections.abc import Iterable, Sequence


def bullets(lines: Iterable[str]) -> str:
    """One point a line."""
    return "\n".join(f"- {line}" for line in lines)


def plain(text: str) -> str:
    """What a person typed, as it is: nothing of it is read as Markdown, in one line."""
    return re.sub(r"([\\`*_\[\]<>|!])", r"\\\1", " ".join(text.split()))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells below their head."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    """What data sets and groups are called may have a bar, which would end the cell."""
    return re.sub(r"(?<!\\)\|", r"\|", text)
