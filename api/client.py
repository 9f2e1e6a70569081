"""A small client for other programs: copy this file, it needs nothing of Mien and only `requests`.

mien = Client("http://localhost:8501")
for picture in mien.classify("a.jpg", "b.jpg"):
    print(picture["path"], [face["label"] for face in picture["faces"]])

with mien.engagement(consent="told and agreed at the start", channel="video") as engagement:
    engagement.frame(jpeg, seconds=1.2)
print(engagement.result["report"]["exit_emotion"])
"""

import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests


class MienError(RuntimeError):
    """The server's sentence about what went wrong."""


class Client:
    """Calls a Mien server.

    Args:
        address: of the server, as in a browser.
        token: one of the server's, where it asks for one.
        patience: seconds that a call may take, waiting included where the server asks to slow down.
    """

    def __init__(self, address: str, token: str | None = None, patience: float = 60) -> None:
        self.address = f"{address.rstrip('/')}/api/v1/"
        self.patience = patience
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def classify(self, *pictures: str | Path, model: str | None = None) -> list[dict[str, Any]]:
        """Read picture files; one that cannot be read has a sentence in `error`."""
        files = [("pictures", (Path(path).name, Path(path).read_bytes())) for path in pictures]
        found: list[dict[str, Any]] = self.call("POST", "classify", files=files, params={"model": model})
        return found

    def models(self) -> list[dict[str, Any]]:
        """The models, the one that serves first."""
        found: list[dict[str, Any]] = self.call("GET", "models")
        return found

    def engagement(self, consent: str, name: str = "", channel: str = "") -> "ClientEngagement":
        """Begin an engagement.

        Args:
            consent: what the customer was told and agreed to.
            channel: or queue; never an employee.
        """
        body = {"consent": consent, "name": name, "channel": channel}
        return ClientEngagement(self, self.call("POST", "engagements", json=body)["id"])

    def call(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401 - as `requests` takes it
        """One call; waits where the server asks to.

        Raises:
            MienError: the server refused, or cannot be reached.
        """
        until = time.monotonic() + self.patience
        while True:
            try:
                answer = self.session.request(method, self.address + path, timeout=self.patience, **options)
            except requests.RequestException as error:
                raise MienError(f"The server does not answer ({error}).") from None
            wait = _seconds_to_wait(answer)
            if answer.status_code != requests.codes.too_many_requests or time.monotonic() + wait > until:
                break
            time.sleep(wait)
        if not answer.ok:
            raise MienError(_sentence(answer))
        return answer.json() if answer.content else None


class ClientEngagement:
    """An engagement that goes on; leaving the `with` block finishes it, unless it was deleted.

    Attributes:
        id: under which the server keeps it.
        deleted: whether `delete` was called: the customer withdrew, and nothing is kept.
        result: exit emotion, index and the rest once it is finished, else None.
    """

    def __init__(self, client: Client, id: str) -> None:
        self.client = client
        self.id = id
        self.deleted = False
        self.result: dict[str, Any] | None = None

    def frame(
        self, picture: bytes, seconds: float, face: tuple[float, float] | None = None
    ) -> dict[str, Any]:
        """Hand in one encoded frame; late and twice is fine.

        Args:
            seconds: since the beginning.
            face: a point within the customer's face, pixels. Left out, a frame with several faces is a gap.
        """
        data: dict[str, Any] = {"seconds": seconds}
        if face is not None:
            data["face"] = f"{face[0]:.1f},{face[1]:.1f}"
        path = f"engagements/{self.id}/frames"
        found: dict[str, Any] = self.client.call("POST", path, files={"picture": picture}, data=data)
        return found

    def finish(self, seconds: float | None = None, **settings: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """End it; called again, it answers the same.

        Args:
            seconds: when it ended, since the beginning; the last frame's time if left out.
            settings: of the report, as `/api/v1/docs` names them: `method="end-weighted"`, `exit_share=0.2` …
        """
        body: dict[str, Any] = {"seconds": seconds, "settings": settings}
        found: dict[str, Any] = self.client.call("POST", f"engagements/{self.id}/finish", json=body)
        self.result = found
        return found

    def delete(self) -> None:
        """Delete it from the server, also while it goes on; after a MienError call it again."""
        self.deleted, self.result = True, None  # nothing is kept of it, whatever becomes of the call
        self.client.call("DELETE", f"engagements/{self.id}")

    def __enter__(self) -> Self:
        """The engagement itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish it, also where the block failed: what was seen until then counts."""
        if self.deleted:
            return
        try:
            self.finish()
        except MienError:
            if error is None:  # what went wrong in the block says more
                raise


def _seconds_to_wait(answer: requests.Response) -> float:
    """As the server asks; one where it names a date, as proxies may."""
    try:
        return float(answer.headers.get("Retry-After", 1))
    except ValueError:
        return 1.0


def _sentence(answer: requests.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {answer.status_code}."
