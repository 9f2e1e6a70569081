"""Who did what to which engagement, and when; never what was read."""

import json
import threading
from datetime import UTC, datetime
from typing import Any, Final, Literal

from core.settings import settings

FILE: Final = "engagements-log.jsonl"
Action = Literal["kept", "deleted", "grown too old"]
_LOCK = threading.Lock()


def note(action: Action, what: str, by: str) -> None:
    """Add a line; a disk that takes none must not undo what was done."""
    line = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "action": action, "what": what, "by": by}
    try:
        with _LOCK, (settings().home / FILE).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")
    except OSError:
        return


def read_notes(most: int = 200) -> list[dict[str, Any]]:
    """The newest lines, newest first."""
    try:
        lines = (settings().home / FILE).read_text(encoding="utf-8").splitlines()[-most:]
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in reversed(lines) if line.endswith("}")]
