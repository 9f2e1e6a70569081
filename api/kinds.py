"""The kinds of problem, each with an address that says what it means."""

from collections.abc import Mapping
from enum import Enum

from starlette.exceptions import HTTPException

from api.address import PREFIX


class Kind(Enum):
    """A kind of problem: status, and what it means."""

    BAD_REQUEST = (400, "The call cannot be read.")
    TOKEN_NEEDED = (401, "The caller may not call.")
    NOT_FOUND = (404, "There is nothing at this address.")
    UNKNOWN_MODEL = (404, "There is no such model, or it is damaged.")
    UNKNOWN_ENGAGEMENT = (404, "There is no such engagement, or no longer.")
    METHOD_NOT_ALLOWED = (405, "This address is not asked like that.")
    ENGAGEMENT_GOES_ON = (409, "The engagement has no result before it is finished.")
    ENGAGEMENT_ENDED = (409, "The engagement was finished or deleted while the frame was read.")
    MODEL_REPLACED = (409, "The model is another one than the engagement began with.")
    TOO_LARGE = (413, "The call carries too much.")
    INVALID = (422, "A field is missing or not as documented.")
    NOT_A_PICTURE = (422, "What was sent is no picture that can be read.")
    TOO_MANY_CALLS = (429, "The caller calls too often.")
    UNFORESEEN = (500, "The server failed, and logged why.")
    NO_MODEL = (503, "No model can answer.")
    RECORDING_FAILED = (503, "The readings on the server's disk cannot be changed.")
    STORAGE_UNAVAILABLE = (503, "The database of results cannot be reached.")

    def __init__(self, status: int, title: str) -> None:
        self.status = status
        self.title = title

    @property
    def slug(self) -> str:
        """Its place on the page."""
        return self.name.lower().replace("_", "-")

    @property
    def uri(self) -> str:
        """Its `type`: a place on the page that describes the API."""
        return f"{PREFIX}/docs#{self.slug}"


OF_STATUS: Mapping[int, Kind] = {kind.status: kind for kind in reversed(Kind)}
"""The first kind of each status: what is meant where nothing more is known."""


class RefusedError(HTTPException):
    """A call is refused, for a reason of a known kind."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(kind.status, detail)
        self.kind = kind


def kind_of(error: HTTPException) -> Kind:
    """The kind of a refusal, whoever refused."""
    if isinstance(error, RefusedError):
        return error.kind
    return OF_STATUS.get(error.status_code, Kind.BAD_REQUEST)


def of_status(status: int) -> list[Kind]:
    """All kinds of one status."""
    return [kind for kind in Kind if kind.status == status]
