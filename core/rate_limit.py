"""How often somebody may do something."""

import threading
import time
from collections import OrderedDict
from typing import Final

CALLERS: Final = 10_000
"""Callers whose rate is remembered."""


class RateLimit:
    """A bucket of calls for each caller that fills again with time."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str, per_second: float, burst: int) -> float:
        """Take one call; seconds to wait where none is left, else 0."""
        now = time.monotonic()
        with self._lock:
            left, since = self._buckets.pop(caller, (float(burst), now))
            left = min(float(burst), left + (now - since) * per_second)
            allowed = left >= 1
            self._buckets[caller] = (left - 1 if allowed else left, now)
            while len(self._buckets) > CALLERS:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / per_second

    def forget(self, caller: str) -> None:
        """Give a caller all of its calls back."""
        with self._lock:
            self._buckets.pop(caller, None)
