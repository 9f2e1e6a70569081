"""Settings from the environment: variables that start with `MIEN_`."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).parent.parent


class Settings(BaseSettings):
    """What an operator may change without touching code."""

    model_config = SettingsConfigDict(env_prefix="MIEN_", frozen=True)

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
        default=90, ge=1, description="age at which engagement results are deleted by themselves"
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

    @field_validator("analyst_code")
    @classmethod
    def _no_empty_code(cls, code: SecretStr | None) -> SecretStr | None:
        """An empty code, as a template leaves it, is none: it must not let everybody in."""
        return code if code is not None and code.get_secret_value().strip() else None

    @field_validator("api_tokens")
    @classmethod
    def _no_empty_token(cls, tokens: list[SecretStr]) -> list[SecretStr]:
        """The same for tokens: an empty one would match a call that sends none."""
        return [token for token in tokens if token.get_secret_value().strip()]

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
    """The settings of this process."""
    return Settings()
