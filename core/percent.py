"""Shares as people read them."""


def percent(share: float) -> str:
    """A probability in words that promise no certainty.

    >>> percent(0.9989), percent(0.731), percent(0.0)
    ('over 99%', '73%', '0%')
    """
    return "over 99%" if share > 0.99 else f"{share:.0%}"
