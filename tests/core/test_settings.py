"""What an operator may set, and what a wrong value says."""

import pytest

from core.errors import SettingsError
from core.settings import PROJECT_ROOT, environment, settings


def test_relative_folders_are_meant_from_where_mien_was_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIEN_HOME", "mine")
    monkeypatch.setenv("MIEN_DATA", "data")
    settings.cache_clear()
    assert settings().home == tmp_path / "mine"
    monkeypatch.chdir("/")
    assert environment()["MIEN_HOME"] == str(tmp_path / "mine")
    assert environment()["MIEN_DATA"] == str(tmp_path / "data")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MIEN_API_TOKENS", "a token that is no list", "MIEN_API_TOKENS cannot be used: write it as JSON"),
        ("MIEN_API_TOKENS", '["short"]', "MIEN_API_TOKENS cannot be used: each token needs 16 characters"),
        (
            "MIEN_RETENTION_DAYS",
            "1000000",
            "MIEN_RETENTION_DAYS cannot be used: .*less than or equal to 365000",
        ),
        ("MIEN_RETENTION_DAYS", "0", "MIEN_RETENTION_DAYS cannot be used: .*greater than or equal to 1"),
    ],
)
def test_wrong_value_is_one_sentence(home, monkeypatch, name, value, sentence):
    monkeypatch.setenv(name, value)
    settings.cache_clear()
    with pytest.raises(SettingsError, match=sentence):
        settings()


def test_empty_variable_counts_as_none(monkeypatch):
    names = (
        "HOME", "SHIPPED_MODELS", "DATA", "ICE_SERVERS", "DATABASE_URL", "RETENTION_DAYS", "API_TOKENS",
        "API_BURST", "API_CALLS_PER_SECOND", "ANALYST_CODE", "RAY_ADDRESS", "RAY_PYTHON",
    )  # fmt: skip
    for name in names:
        monkeypatch.delenv(f"MIEN_{name}", raising=False)
    settings.cache_clear()
    unset = settings()
    for name in names:
        monkeypatch.setenv(f"MIEN_{name}", "")
    settings.cache_clear()
    assert settings() == unset


def test_home_whose_models_are_those_that_came_with_mien_is_refused(monkeypatch):
    monkeypatch.delenv("MIEN_SHIPPED_MODELS", raising=False)
    monkeypatch.setenv("MIEN_HOME", str(PROJECT_ROOT))
    settings.cache_clear()
    with pytest.raises(SettingsError, match=r"MIEN_HOME cannot be used.*name another folder"):
        settings()
