"""A recording that is read beside the page: a click somewhere on it does not end the reading."""

import threading
import time
from typing import Final

from core.classifier import Classifier
from core.engagement.recording import Recording
from ui.engagement.upload import Upload, digest

UNWATCHED_SECONDS: Final = 30.0
"""A page that has not asked for so long was left: the reading then ends."""


class BackgroundReading:
    """Reads an upload on a thread of its own.

    Attributes:
        key: of the upload and how it is read.
        name: of what is read, for people.
        bundle: the model that reads it.
        recording: what was read so far.
        error: why it cannot be read; None where nothing went wrong.
        kept: whether its result was kept.
        started: by `time.monotonic`.
    """

    def __init__(self, upload: Upload, classifier: Classifier) -> None:
        self.key = upload.key_of(classifier)
        self.name = upload.name
        self.bundle = classifier.bundle
        self.recording = Recording()
        self.kept = False
        self.error: Exception | None = None
        self.started = self._asked = time.monotonic()
        self._stopped = False
        self._ended = threading.Event()
        threading.Thread(target=self._read, args=(upload, classifier), daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; whether it has come. Somebody must ask again and again."""
        self._asked = time.monotonic()
        return self._ended.wait(seconds)

    def id_of(self, *people: int) -> str:
        """Of the result about some people: kept again, it replaces itself."""
        return digest(self.key, *sorted(people))

    def stop(self) -> None:
        """End it after the next look; what was read is kept."""
        self._stopped = True

    def _read(self, upload: Upload, classifier: Classifier) -> None:
        try:
            self.recording = upload.read(classifier, self._go_on)
        except Exception as error:  # whoever watches says it
            self.error = error
        finally:
            self._ended.set()

    def _go_on(self, recording: Recording) -> bool:
        self.recording = recording
        return not self._stopped and time.monotonic() - self._asked < UNWATCHED_SECONDS
