"""Which addresses are this machine."""

import ipaddress


def is_loopback(address: str) -> bool:
    """Whether an IP address is of this machine itself; no name is.

    >>> is_loopback("127.0.0.1"), is_loopback("10.0.0.7"), is_loopback("localhost")
    (True, False, False)
    """
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
