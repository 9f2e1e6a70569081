"""Whether somebody speaks from this machine itself."""

import ipaddress
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

PROXY_HEADERS: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


def is_loopback(address: str) -> bool:
    """Whether an IP address is of this machine itself; no name is.

    A server that listens on IPv6 for both, as Streamlit does unless told otherwise, sees those who come by
    IPv4 under an IPv6 address; Python before 3.13 does not look into it.

    >>> [is_loopback(address) for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1")]
    [True, True, True]
    >>> [is_loopback(address) for address in ("10.0.0.7", "::ffff:10.0.0.7", "localhost")]
    [False, False, False]
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def speaks_from_here(address: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a request came from this machine, by this machine's own name, and from no other site's page.

    A name of elsewhere that leads here, or another site's page in a browser of this machine, must not act in
    the name of whoever sits before it.

    Args:
        address: of the other side; None where a test has none.
        headers: of the request, whatever the case of their names.
    """
    if any(headers.get(name) for name in PROXY_HEADERS):
        return False
    origin = headers.get("Origin")
    if origin and not _is_own(origin):
        return False
    return _is_own(f"//{headers.get('Host', '')}") and (address is None or is_loopback(address))


def _is_own(url: str) -> bool:
    """Whether an address names this machine itself; one that nobody can read does not."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return False
    return host is not None and (host == "localhost" or is_loopback(host))
