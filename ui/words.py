"""Text from elsewhere, shown as it is."""

import re
from typing import Final

LONGEST: Final = 80

JOINER: Final = "\u2060"
"""A character without width, at which no word ends."""

MEANT_LATER: Final = r"(?<=:)(?=\S)|(?<=www)(?=\.)|(?=@)|(?<=&)(?=[\w#])|(?<=[<>~-])(?=[-=>])"
"""Where Streamlit makes a link, an icon or a symbol of text whose escapes are gone: `http://`, `www.`, an
address of e-mail, `:streamlit:`, `&copy;`, `->` and `>=`."""


def plain(text: str, longest: int = LONGEST) -> str:
    r"""Keep a file name or a link's value from being read as Markdown, and short.

    >>> print(plain("_a_ [b](c)"))
    \_a\_ \[b\]\(c\)
    """
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return re.sub(r"([\\`*_{}\[\]()#+!$~:|<>])", r"\\\1", re.sub(MEANT_LATER, JOINER, short))


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, "job"), counted(2000, "job"), counted(2, "person", "people")
    ('1 job', '2,000 jobs', '2 people')
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def signed(value: float) -> str:
    """A figure with its sign.

    >>> signed(-0.25), signed(0.5), signed(-0.001)
    ('−0.25', '+0.50', '+0.00')
    """
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")  # + 0.0: of no negative zero
