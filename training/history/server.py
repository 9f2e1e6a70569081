"""An MLflow server and how it is asked: one that hangs holds nobody twice in a row."""

import base64
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from training.history.run import HistoryError

PATIENCE: Final = 8.0
"""Seconds: MLflow takes several to tell of 1,000 runs."""

RESPITE: Final = 15.0
"""Seconds for which a server that hung is not asked again."""

_hung: dict[str, float] = {}
"""When a server last let somebody wait in vain, by its address."""


@dataclass(frozen=True)
class Server:
    """A server by its address, without the password that this may hold, and what it wants to see instead."""

    address: str
    credentials: tuple[tuple[str, str], ...] = ()

    @classmethod
    def at(cls, address: str) -> Self:
        """Take an address as `MLFLOW_TRACKING_URI` has it."""
        parts = urlsplit(address)
        netloc = parts.netloc.rpartition("@")[2]
        return cls(
            urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", "")),
            _credentials(parts.username, parts.password),
        )

    def get(self, path: str, missing_ok: bool = False, **query: object) -> dict[str, Any] | None:
        """Ask for something; None where it is not there and may be missing.

        Raises:
            HistoryError: the server does not answer, or refuses.
        """
        return self._ask(f"{path}?{urlencode(query)}", None, missing_ok)

    def post(self, path: str, **body: object) -> dict[str, Any]:
        """Search or change something.

        Raises:
            HistoryError: the server does not answer, or refuses.
        """
        return self._ask(path, json.dumps(body).encode(), missing_ok=False) or {}

    def _ask(self, path: str, body: bytes | None, missing_ok: bool) -> dict[str, Any] | None:
        if time.monotonic() - _hung.get(self.address, -RESPITE) < RESPITE:
            raise self._silence()
        request = urllib.request.Request(  # noqa: S310 - http or https, see `open_history`
            f"{self.address}/api/2.0/mlflow/{path}",
            body,
            {"Content-Type": "application/json", **dict(self.credentials)},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            if missing_ok and error.code == 404:
                return None
            raise HistoryError(f"The tracking server refuses ({error.code} {error.reason}).") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
                _hung[self.address] = time.monotonic()
            raise self._silence() from None
        if not isinstance(told, dict):
            raise self.strange()
        return told

    def strange(self) -> HistoryError:
        """What answers there is no tracking server."""
        where = urlsplit(self.address).hostname
        return HistoryError(
            f"What answers at {where} is no tracking server: check MLFLOW_TRACKING_URI, or unset it."
        )

    def _silence(self) -> HistoryError:
        where = urlsplit(self.address).hostname
        return HistoryError(
            f"The tracking server at {where} does not answer: start it, or unset MLFLOW_TRACKING_URI."
        )


def _credentials(user: str | None, password: str | None) -> tuple[tuple[str, str], ...]:
    """From the address, else from the environment as MLflow's own client takes them."""
    if token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
        return (("Authorization", f"Bearer {token}"),)
    user = unquote(user) if user else os.environ.get("MLFLOW_TRACKING_USERNAME")
    password = unquote(password) if password else os.environ.get("MLFLOW_TRACKING_PASSWORD", "")
    if not user:
        return ()
    return (("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()),)
