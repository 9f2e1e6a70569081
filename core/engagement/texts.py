"""Texts that people and programs give to an engagement."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator

CONTROL: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
"""The characters, as a pattern names them, that a database refuses: tabs and line breaks are none of them."""

_CONTROL: Final = re.compile(f"[{CONTROL}]")


def printable(text: object) -> object:
    r"""A text without control characters, which a database refuses; tabs and line breaks stay.

    >>> printable("call\x00 17")
    'call 17'
    """
    return _CONTROL.sub("", text) if isinstance(text, str) else text


Text = Annotated[str, BeforeValidator(printable)]
