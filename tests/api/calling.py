"""What the tests of the HTTP interface call with, and how they read its answers."""

from typing import Final

HERE: Final = ("127.0.0.1", 50000)
CONSENT: Final = {"consent": "told and agreed at the start of the call"}


def sentence(answer, kind: str | None = None) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    if kind is not None:
        assert body["type"] == f"/api/v1/docs#{kind}"
    return body["detail"]


def begin(client, **known) -> str:
    return client.post("engagements", json=known | CONSENT).json()["id"]


def send(client, name: str, picture: bytes, **fields):
    return client.post(f"engagements/{name}/frames", files={"picture": picture}, data=fields)
