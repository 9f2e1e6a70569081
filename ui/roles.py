"""Who may do what: the one place that decides it.

Everybody may look at models and trainings. To start, cancel, promote or delete, and to see what was kept of
customers, takes an analyst: somebody who gave the code in `MIEN_ANALYST_CODE`, or, where none is set, whoever
opens the page on the machine that serves it; without a code everybody sees what was kept.
"""

import getpass
import hmac
import math
from typing import Final

import streamlit as st

from core.errors import MienError
from core.hosts import speaks_from_here
from core.rate_limit import RateLimit
from core.settings import settings
from ui.words import plain

KEY: Final = "analyst"
TRIES_A_MINUTE: Final = 10
"""Wrong codes from one address; then the right one has to wait too, or nobody would be slowed down."""

_TRIES: Final = RateLimit()


class NotAllowedError(MienError):
    """The person may look but not act."""


def analyst() -> str | None:
    """The name of the analyst in this browser; None where there is none."""
    code = settings().analyst_code
    if code is None:
        return _user() if _is_on_this_machine() else None
    return st.session_state.get(KEY)


def may_see_people() -> bool:
    """Whether what was kept of single customers is shown: to analysts alone where a code tells who is one."""
    return settings().analyst_code is None or analyst() is not None


def actor() -> str:
    """Who acts here, for a log: the analyst, or somebody who need not be one."""
    return analyst() or "a visitor"


def require_analyst() -> str:
    """The analyst's name.

    Raises:
        NotAllowedError: there is none; call this in every action, since a button alone holds nobody back.
    """
    name = analyst()
    if name is None:
        raise NotAllowedError("Only an analyst may do this: sign in as one in the sidebar.")
    return name


def sign_in_card() -> None:
    """Say in the sidebar who acts here, and let an analyst sign in."""
    with st.sidebar:
        name = analyst()
        if name is not None:
            st.caption(f":material/badge: You act as the analyst {plain(name)}.")
            return
        if settings().analyst_code is None:
            st.caption(
                ":material/visibility: You may watch. To let analysts train from other machines, "
                "set MIEN_ANALYST_CODE on the server."
            )
            return
        with st.form("analyst_form", border=False):
            who = st.text_input("Your name", max_chars=60)
            code = st.text_input("Analyst code", type="password")
            if st.form_submit_button("Act as an analyst"):
                if told := _refusal(who, code):
                    st.error(told, icon=":material/lock:")
                else:
                    st.session_state[KEY] = who.strip()
                    st.rerun()


def _refusal(who: str, code: str) -> str | None:
    """Why somebody may not sign in; None where they may."""
    address = _address() or ""
    if wait := _TRIES.take(address, TRIES_A_MINUTE / 60, TRIES_A_MINUTE):
        return f"Too many tries from there: wait {math.ceil(wait)} seconds."
    if who.strip() and hmac.compare_digest(code.encode(), _code().encode()):
        _TRIES.forget(address)
        return None
    return "Give your name and the right code."


def _code() -> str:
    secret = settings().analyst_code
    return secret.get_secret_value() if secret else ""


def _is_on_this_machine() -> bool:
    """Whether the browser runs here."""
    return speaks_from_here(_address(), st.context.headers)


def _address() -> str | None:
    """Where the browser is; None where Streamlit does not say."""
    return st.context.ip_address


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user number, as in some containers
        return "analyst"
