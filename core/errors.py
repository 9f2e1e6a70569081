"""Failures that a user can mend. Each message is one sentence that says what to do."""


class MienError(Exception):
    """Base of every failure that is shown to a user as it stands."""


class SettingsError(MienError):
    """A variable of the environment holds what cannot be used."""


class PictureError(MienError):
    """The bytes are not a picture that can be read."""


class VideoError(MienError):
    """The file is not a video that can be read."""


class BundleError(MienError):
    """A model bundle is missing, damaged or incomplete."""


class EngagementError(MienError):
    """Engagement results cannot be kept or read."""


class DataError(MienError):
    """Training or evaluation data cannot be used as it is."""


class RecipeError(MienError):
    """A training recipe is unknown or asks for something impossible."""
