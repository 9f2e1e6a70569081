"""A recording that is read beside the page."""

from typing import Final

from core.classifier import Classifier
from core.engagement.recording import Recording
from ui.background import Background
from ui.engagement.upload import Upload, digest

UNWATCHED_SECONDS: Final = 30.0
"""A page that has not asked for so long was left: the reading then ends."""


class BackgroundReading(Background[Recording]):
    """Reads an upload.

    Attributes:
        key: of the upload and how it is read.
        name: of what is read, for people.
        bundle: the model that reads it.
        recording: what was read so far.
        kept: whether its result was kept.
    """

    def __init__(self, upload: Upload, classifier: Classifier) -> None:
        self.key = upload.key_of(classifier)
        self.name = upload.name
        self.bundle = classifier.bundle
        self.recording = Recording()
        self.kept = False
        self._stopped = False
        super().__init__(lambda _: self._read(upload, classifier), UNWATCHED_SECONDS)

    def id_of(self, *people: int) -> str:
        """Of the result about some people: kept again, it replaces itself."""
        return digest(self.key, *sorted(people))

    def stop(self) -> None:
        """End it after the next look; what was read is kept."""
        self._stopped = True

    def _read(self, upload: Upload, classifier: Classifier) -> Recording:
        self.recording = upload.read(classifier, self._go_on)
        return self.recording

    def _go_on(self, recording: Recording) -> bool:
        self.recording = recording
        return not self._stopped and self.watched()
