"""Who may do what: the one place that decides it.

Everybody may look. To start, cancel, promote or delete takes an analyst: somebody who gave the code in
`MIEN_ANALYST_CODE`, or, where none is set, whoever opens the page on the machine that serves it.
"""

import getpass
import hmac
from typing import Final

import streamlit as st

from core.errors import MienError
from core.hosts import speaks_from_here
from core.settings import settings

KEY: Final = "analyst"


class NotAllowedError(MienError):
    """The person may look but not act."""


def analyst() -> str | None:
    """The name of the analyst in this browser; None where there is none."""
    code = settings().analyst_code
    if code is None:
        return _user() if _is_on_this_machine() else None
    return st.session_state.get(KEY)


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
            st.caption(f":material/badge: You act as the analyst {name}.")
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
                if who.strip() and hmac.compare_digest(code.encode(), _code().encode()):
                    st.session_state[KEY] = who.strip()
                    st.rerun()
                st.error("Give your name and the right code.", icon=":material/lock:")


def _code() -> str:
    secret = settings().analyst_code
    return secret.get_secret_value() if secret else ""


def _is_on_this_machine() -> bool:
    """Whether the browser runs here."""
    return speaks_from_here(st.context.ip_address, st.context.headers)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user number, as in some containers
        return "analyst"
