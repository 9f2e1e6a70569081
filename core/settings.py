"""Settings from the environment: variables that start with `MIEN_`."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field
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
        default=None, description="Ray cluster for cross-validation; none: processes on this machine"
    )

    @property
    def trained_models(self) -> Path:
        """Bundles that were trained here."""
        return self.home / "models"

    @property
    def cache(self) -> Path:
        """What can be computed again."""
        return self.home / "cache"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
