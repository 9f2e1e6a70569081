"""Work beside a page: a click somewhere on it does not end the work."""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import streamlit as st

SECONDS_BETWEEN_ASKING: Final = 0.2

T = TypeVar("T")


class Background(Generic[T]):
    """Does something on a thread of its own, for as long as somebody asks for it.

    Attributes:
        error: why it failed; None where nothing went wrong.
        started: by `time.monotonic`.
    """

    def __init__(self, work: Callable[[Callable[[], bool]], T], patience: float) -> None:
        """Begin at once.

        Args:
            work: given what to ask from time to time, whether anybody still waits; ends where nobody does.
            patience: a page that has not asked for so many seconds was left.
        """
        self.error: Exception | None = None
        self.started = self._asked = time.monotonic()
        self._patience = patience
        self._ended = threading.Event()
        threading.Thread(target=self._do, args=(work,), daemon=True).start()

    def watched(self) -> bool:
        """Whether somebody still asks for it."""
        return time.monotonic() - self._asked < self._patience

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; whether it has come. Somebody must ask again and again."""
        self._asked = time.monotonic()
        return self._ended.wait(seconds)

    def result(self) -> T:
        """What came of it, once it has ended; raises what went wrong."""
        if self.error is not None:
            raise self.error
        return self._result

    def _do(self, work: Callable[[Callable[[], bool]], T]) -> None:
        try:
            self._result = work(self.watched)
        except Exception as error:  # whoever watches says it
            self.error = error
        finally:
            self._ended.set()


def watch(work: Background[T]) -> T:
    """Wait for the end on a page; a click comes in between, and the next run of the page waits on."""
    place = st.empty()
    while not work.wait(SECONDS_BETWEEN_ASKING):
        place.empty()  # where Streamlit lets the next run take over
    return work.result()
