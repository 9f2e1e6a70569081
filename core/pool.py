"""Share things that only one thread at a time may use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Pool(Generic[T]):
    """Lend an idle one, or make another: as many exist as threads ever needed at the same moment.

    Streamlit runs every script in a new thread, so one a thread would be made anew each time.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._idle: LifoQueue[T] = LifoQueue()

    @contextmanager
    def lend(self) -> Iterator[T]:
        """Lend one for the length of a `with` block; one that raised is not lent again."""
        try:
            item = self._idle.get_nowait()
        except Empty:
            item = self._make()
        yield item
        self._idle.put(item)
