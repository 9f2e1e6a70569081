"""The model that serves."""

from api.kinds import Kind, RefusedError
from core.classifier import Classifier, load_classifier
from core.errors import BundleError


def load_serving() -> Classifier:
    """The model that answers where a call names none.

    Raises:
        RefusedError: there is none, or it is damaged: a fault of the server, not of the call.
    """
    try:
        return load_classifier()
    except BundleError as error:
        raise RefusedError(Kind.NO_MODEL, str(error)) from None
