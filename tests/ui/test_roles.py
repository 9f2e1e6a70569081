"""Who becomes an analyst."""

from streamlit.testing.v1 import AppTest

from core.rate_limit import RateLimit
from core.settings import settings


def test_guessing_the_code_is_slowed_down(home, monkeypatch):
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    monkeypatch.setattr("ui.roles._TRIES", RateLimit())
    monkeypatch.setattr("ui.roles.TRIES_A_MINUTE", 1)
    monkeypatch.setattr("ui.roles._address", lambda: "10.0.0.9")
    settings.cache_clear()
    page = AppTest.from_string("from ui.roles import sign_in_card\nsign_in_card()", default_timeout=60).run()

    def sign_in(code: str) -> None:
        page.text_input[0].set_value("Ada")
        page.text_input[1].set_value(code)
        page.button[0].click().run()

    sign_in("open says me")
    assert "the right code" in page.error[0].value
    sign_in("open sesame")
    assert "Too many tries from there: wait" in page.error[0].value
    assert "analyst" not in page.session_state
    monkeypatch.setattr("ui.roles._TRIES", RateLimit())
    sign_in("open sesame")
    assert page.session_state["analyst"] == "Ada"
