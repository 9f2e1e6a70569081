"""Who did what to which engagement, and when; never what was read."""

import json
import logging
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, Literal

from core.durable import append_line
from core.settings import settings

FILE: Final = "engagements-log.jsonl"
Action = Literal["kept", "deleted", "grown too old"]
_LOCK = threading.Lock()
log = logging.getLogger(__name__)


def note(action: Action, what: str, by: str) -> None:
    """Add a line; a disk that takes none must not undo what was done.

    Args:
        by: whose wish it was: an analyst's name, or from where it came where nobody is named.
    """
    line = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "action": action, "what": what, "by": by}
    file = settings().home / FILE
    try:
        file.parent.mkdir(parents=True, exist_ok=True)  # results may lie in a database elsewhere
        with _LOCK:
            append_line(file, json.dumps(line))
    except OSError as error:
        log.warning("The log of engagements cannot be written: %s.", error.strerror)


def read_notes(most: int = 200) -> list[dict[str, Any]]:
    """The newest lines, newest first; one that a kill cut short is left out."""
    try:
        lines = (settings().home / FILE).read_text(encoding="utf-8").splitlines()[-most:]
    except OSError:
        return []
    found = []
    for line in reversed(lines):
        with suppress(ValueError):
            found.append(json.loads(line))
    return found
