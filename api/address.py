"""Where the API hangs on the server."""

from typing import Final

PREFIX: Final = "/api/v1"
