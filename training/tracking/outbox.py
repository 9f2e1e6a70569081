"""Carry out steps against an MLflow store in order, however long the store is away."""

import logging
import re
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeAlias

from training.tracking.store import tracking_uri

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

FIRST_PAUSE: Final = 30.0
"""Seconds before a store that failed is tried again; doubled each time it fails."""

Step: TypeAlias = Callable[["MlflowClient", str], None]
"""Takes the client and the id of the run."""

log = logging.getLogger(__name__)


class Outbox:
    """A line of steps and the thread that takes them, so that nobody waits for a slow store.

    A store that does not answer is named once, in a warning; the steps stay in line until it answers again.
    A step that the store understands and refuses is dropped, and so is one that cannot be done from here, as
    where its folder of artifacts is closed to this user. At the end what fails otherwise is dropped too, so
    that pictures which find no place do not keep a run from ending.

    Args:
        connect: opens the store and finds or makes the run.
        name: what the steps are about, for the warning.
    """

    def __init__(self, connect: Callable[[], tuple["MlflowClient", str]], name: str) -> None:
        self.connect, self.name = connect, name
        self._steps: deque[Step] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mlflow")
        self._connection: tuple[MlflowClient, str] | None = None
        self._warned = False
        self._pause, self._not_before = FIRST_PAUSE, 0.0

    def put(self, *steps: Step) -> None:
        """Add steps to the line; returns at once."""
        self._steps.extend(steps)
        self._thread.submit(self._work)

    def close(self) -> None:
        """Take all steps that wait, with one more try if the store was away, and end the thread."""
        self._thread.submit(self._work, last=True)
        self._thread.shutdown()

    def _work(self, last: bool = False) -> None:
        if time.monotonic() < self._not_before and not last:
            return
        try:
            while self._steps:
                if self._connection is None:
                    self._connection = self.connect()
                self._take(self._steps[0], *self._connection, last)
                self._steps.popleft()
            self._pause = FIRST_PAUSE
        except Exception as error:  # whatever breaks in a store must not reach the training
            self._warn(error)
            self._not_before, self._pause = time.monotonic() + self._pause, 2 * self._pause

    def _take(self, step: Step, client: "MlflowClient", run: str, last: bool) -> None:
        try:
            step(client, run)
        except Exception as error:
            if _may_pass(error, last):
                raise
            self._warn(error)

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            reason = (str(error) or type(error).__name__).splitlines()[0][:300]
            log.warning(
                without_password(
                    f"{self.name} cannot be logged to {tracking_uri()} at the moment, and the training goes "
                    f"on without: check MLFLOW_TRACKING_URI if this lasts ({reason})."
                )
            )


def _may_pass(error: Exception, last: bool) -> bool:
    """Whether the same step may go through later: its store is away or failed, and did not refuse it.

    Args:
        last: whether it is the last try; what no store says, as one for artifacts without its key, is then
            taken for a refusal.
    """
    import requests
    from mlflow.exceptions import MlflowException

    if isinstance(error, MlflowException):
        return bool(error.get_http_status_code() >= 500)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return bool(error.response.status_code >= 500)
    if isinstance(error, OSError):
        return isinstance(error, requests.RequestException | ConnectionError | TimeoutError)
    return not last and not isinstance(error, ImportError)  # of what its place for artifacts needs


def without_password(text: str) -> str:
    """Take user names and passwords out of addresses."""
    return re.sub(r"(?<=//)[^/@\s]*@", "", text)
