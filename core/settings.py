"""Settings from the environment: variables that start with `MIEN_`."""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from core.errors import SettingsError

PROJECT_ROOT = Path(__file__).parent.parent
PREFIX: Final = "MIEN_"
CODE_LENGTH: Final = 8
TOKEN_LENGTH: Final = 16
"""Characters of a token at least: as many chosen by chance nobody guesses, however fast."""


class Settings(BaseSettings):
    """What an operator may change without touching code; an empty variable counts as none."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    home: Path = Field(
        default=PROJECT_ROOT / "var", description="where Mien writes: bundles, caches, runs; never pictures"
    )
    shipped_models: Path = Field(default=PROJECT_ROOT / "models", description="bundles that came with Mien")
    ray_address: str | None = Field(
        default=None,
        description="Ray cluster for jobs and cross-validation; none: processes on this machine",
    )
    ray_python: str = Field(
        default="python", description="interpreter on the cluster's machines that has Mien's packages"
    )
    ice_servers: list[dict[str, Any]] = Field(
        default=[],
        description="how browsers find the server for live video; []: one network; else STUN and TURN",
    )
    database_url: str | None = Field(
        default=None,
        description="where engagement results are kept, as SQLAlchemy names it; none: SQLite in `home`",
    )
    retention_days: int = Field(
        default=90,
        ge=1,
        le=365_000,
        description="days: age at which engagement results are deleted by themselves",
    )
    api_tokens: list[SecretStr] = Field(
        default=[], description="who may call the HTTP interface from elsewhere; none: this machine only"
    )
    api_calls_per_second: float = Field(default=20, gt=0, description="a caller's lasting rate")
    api_burst: int = Field(default=200, ge=1, description="calls a caller may make at once")
    data: Path | None = Field(
        default=None, description="folder whose data sets the Retrain page offers; none: data in `home`"
    )
    analyst_code: SecretStr | None = Field(
        default=None,
        description="code that lets a browser train and promote; none: any browser on this machine may",
    )

    @field_validator("home", "shipped_models", "data")
    @classmethod
    def _from_where_it_was_started(cls, folder: Path | None) -> Path | None:
        """Processes that Mien starts work in other folders."""
        return folder and folder.absolute()

    @field_validator("analyst_code")
    @classmethod
    def _no_empty_code(cls, code: SecretStr | None) -> SecretStr | None:
        """A blank code is none: it must not let everybody in."""
        if code is None or not code.get_secret_value().strip():
            return None
        if len(code.get_secret_value()) < CODE_LENGTH:
            raise ValueError(f"the code needs {CODE_LENGTH} characters")
        return code

    @field_validator("api_tokens")
    @classmethod
    def _no_empty_token(cls, tokens: list[SecretStr]) -> list[SecretStr]:
        """The same for tokens: a blank one would match a call that sends none, a short one is guessed."""
        given = [token for token in tokens if token.get_secret_value().strip()]
        if any(len(token.get_secret_value()) < TOKEN_LENGTH for token in given):
            raise ValueError(
                f"each token needs {TOKEN_LENGTH} characters, make one with "
                "python -c 'import secrets; print(secrets.token_urlsafe())'"
            )
        return given

    @property
    def trained_models(self) -> Path:
        """Bundles that were trained here."""
        return self.home / "models"

    @property
    def data_folder(self) -> Path:
        """Data sets to choose from, and uploaded ones."""
        return self.data or self.home / "data"

    @property
    def cache(self) -> Path:
        """What can be computed again."""
        return self.home / "cache"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: a variable holds what cannot be used.
    """
    try:
        found = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name, said = str(first["loc"][0]), first["msg"].removeprefix("Value error, ")
    except SourceError as error:
        name, said = re.findall(r'field "(\w+)"', str(error))[0], "write it as JSON"
    else:
        if found.trained_models != found.shipped_models:
            return found
        name, said = "home", "its models would be those that came with Mien, so name another folder"
    raise SettingsError(f"{PREFIX}{name.upper()} cannot be used: {said}.") from None


def environment() -> dict[str, str]:
    """The variables for a process that Mien starts: paths as they are meant here, wherever it works."""
    here = settings()
    places = {"HOME": here.home, "SHIPPED_MODELS": here.shipped_models, "DATA": here.data}
    return {**os.environ, **{f"{PREFIX}{name}": str(place) for name, place in places.items() if place}}
