"""A recording that is read beside the page."""

from collections.abc import Sequence
from typing import Final

from core.bundles import Bundle
from core.classifier import Classifier
from core.engagement import Report, ReportSettings, make_report
from core.engagement.recording import Recording
from ui.background import Background
from ui.engagement.upload import Upload, digest

UNWATCHED_SECONDS: Final = 30.0
"""A page that has not asked for so long was left: the reading then ends."""


class BackgroundReading(Background[Recording]):
    """Reads an upload.

    Attributes:
        key: of the upload and how it is read.
        any_served: whether the model was not chosen by name, but is what served when the reading began.
        name: of what is read, for people.
        bundle: the model that reads it.
        recording: what was read so far.
        kept: whether its result was kept.
    """

    def __init__(self, upload: Upload, classifier: Classifier, any_served: bool = False) -> None:
        self.any_served = any_served
        self.key = upload.key_of(classifier.bundle)
        self.name = upload.name
        self.bundle = classifier.bundle
        self.recording = Recording()
        self.kept = False
        self._stopped = False
        self._report: tuple[object, Report] | None = None
        super().__init__(lambda _: self._read(upload, classifier), UNWATCHED_SECONDS)

    def holds(self, upload: Upload, bundle: Bundle, *, any_served: bool) -> bool:
        """Whether it is what is asked for; a promotion takes nobody's reading away."""
        model = self.bundle if any_served and self.any_served else bundle
        return self.key == upload.key_of(model)

    def id_of(self, *people: int) -> str:
        """Of the result about some people: kept again, it replaces itself."""
        return digest(self.key, *sorted(people))

    def report(self, people: Sequence[int], settings: ReportSettings) -> Report:
        """What some people expressed; the newest report is remembered, for each click asks for it again.

        Of an hour at five looks a second one takes about two seconds.
        """
        recording = self.recording
        asked = (tuple(people), recording.looks, recording.incomplete, settings.model_dump_json())
        if self._report is None or self._report[0] != asked:
            moments = recording.moments_of(people)
            self._report = asked, make_report(moments, settings, recording.seconds, recording.incomplete)
        return self._report[1]

    def stop(self) -> None:
        """End it after the next look; what was read is kept."""
        self._stopped = True

    def _read(self, upload: Upload, classifier: Classifier) -> Recording:
        self.recording = upload.read(classifier, self._go_on)
        return self.recording

    def _go_on(self, recording: Recording) -> bool:
        self.recording = recording
        return not self._stopped and self.watched()
