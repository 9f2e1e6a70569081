"""HTTP beside the pages: `POST /api/v1/classify`, engagements, models, health."""

from api.mounting import mount

__all__ = ["mount"]
