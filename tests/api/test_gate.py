"""Who may call, how often, and with how much."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from api import access, gate, mount
from core.rate_limit import RateLimit
from core.settings import settings
from tests.api.calling import sentence


def test_other_machines_need_a_token(home, monkeypatch):
    away = TestClient(Starlette(routes=[mount()]), "http://mien.example.org/api/v1/", client=("10.0.0.7", 1))
    assert away.get("health").status_code == 200
    assert away.get("models").status_code == 401
    monkeypatch.setenv("MIEN_API_TOKENS", '["open sesame, please"]')
    settings.cache_clear()
    assert "token" in sentence(away.get("models"), "token-needed")
    assert away.get("models", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert away.get("models", headers={"Authorization": "Bearer open sesame, please"}).status_code == 200


def test_too_many_calls_are_told_when_to_come_back(home, monkeypatch):
    monkeypatch.setenv("MIEN_API_CALLS_PER_SECOND", "0.1")
    monkeypatch.setenv("MIEN_API_BURST", "3")
    settings.cache_clear()
    client = TestClient(Starlette(routes=[mount()]), "http://localhost/api/v1/", client=("127.0.0.9", 1))
    answers = [client.get("models") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert sentence(answers[-1], "too-many-calls")
    assert int(answers[-1].headers["Retry-After"]) >= 9


@pytest.mark.usefixtures("generous")
def test_hundred_calls_in_flight_lose_none(address, picture):
    start = Barrier(100, timeout=60)
    many = httpx.Limits(max_connections=100)

    def call(number: int) -> list[dict]:
        files = {"pictures": (f"{number}.png", picture)}
        start.wait()
        return caller.post(f"{address}/api/v1/classify", files=files).json()

    with httpx.Client(timeout=60, limits=many) as caller, ThreadPoolExecutor(100) as threads:
        answers = [found for (found,) in threads.map(call, range(100))]
    assert [answer["path"] for answer in answers] == [f"{number}.png" for number in range(100)]
    assert {answer["faces"][0]["label"] for answer in answers} == {"happiness"}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "10.0.0.7"},
        {"Forwarded": "for=10.0.0.7"},
        {"X-Real-IP": "10.0.0.7"},
        {"Via": "1.1 proxy"},
        {"Host": "evil.example.org"},
        {"Origin": "https://evil.example.org"},
        {"Host": "["},
        {"Origin": "http://["},
    ],
)
def test_nobody_passes_for_this_machine(client, picture, headers):
    assert client.get("models", headers=headers).status_code == 401
    assert client.post("classify", files={"pictures": picture}, headers=headers).status_code == 401
    assert client.get("models", headers={"Origin": "http://localhost:8501"}).status_code == 200


@pytest.mark.parametrize(("address", "status"), [("::ffff:127.0.0.1", 200), ("::ffff:10.0.0.7", 401)])
def test_this_machine_is_known_by_either_kind_of_address(home, address, status):
    """Where a server listens on all addresses, those who come by IPv4 have one of IPv6."""
    caller = TestClient(Starlette(routes=[mount()]), "http://127.0.0.1/api/v1/", client=(address, 1))
    assert caller.get("models").status_code == status


def test_empty_token_lets_nobody_in(home, monkeypatch):
    monkeypatch.setenv("MIEN_API_TOKENS", '["", " "]')
    settings.cache_clear()
    away = TestClient(Starlette(routes=[mount()]), "http://mien.example.org/api/v1/", client=("10.0.0.7", 1))
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        assert away.get("models", headers=headers).status_code == 401


def test_many_wrong_tokens_are_told_to_slow_down_and_the_right_one_is_not_locked_out(home, monkeypatch):
    monkeypatch.setenv("MIEN_API_TOKENS", '["open sesame, please"]')
    settings.cache_clear()
    away = TestClient(Starlette(routes=[mount()]), "http://mien.example.org/api/v1/", client=("10.0.0.8", 1))
    guesses = [away.get("models", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(25)]
    assert guesses[0] == 401
    assert guesses[-1] == 429
    assert away.get("models", headers={"Authorization": "Bearer open sesame, please"}).status_code == 200


def test_each_token_has_calls_of_its_own(home, monkeypatch):
    monkeypatch.setenv("MIEN_API_TOKENS", '["the token of one program", "the token of another"]')
    monkeypatch.setenv("MIEN_API_CALLS_PER_SECOND", "0.01")
    monkeypatch.setenv("MIEN_API_BURST", "1")
    monkeypatch.setattr(access, "_LIMIT", RateLimit())
    settings.cache_clear()
    away = TestClient(Starlette(routes=[mount()]), "http://mien.example.org/api/v1/", client=("10.0.0.7", 1))
    one, other = ({"Authorization": f"Bearer the token of {name}"} for name in ("one program", "another"))
    assert [away.get("models", headers=by).status_code for by in (one, one, other)] == [200, 429, 200]


def test_nobody_is_told_to_come_back_before_a_call_is_left():
    limit = RateLimit()
    access._take(limit, "ada", 1.01, 1)
    with pytest.raises(HTTPException) as refused:
        access._take(limit, "ada", 1.01, 1)
    assert refused.value.headers == {"Retry-After": "1"}


@pytest.mark.parametrize("path", ["metrics", "models", "engagements/0123456789abcdef", "nothing"])
def test_only_what_says_nothing_of_anybody_is_open_to_all(home, path):
    away = TestClient(Starlette(routes=[mount()]), "http://mien.example.org/api/v1/", client=("10.0.0.7", 1))
    assert away.get(path).status_code == 401
    assert {away.get(open_to).status_code for open_to in ("health", "ready", "docs", "openapi.json")} == {200}


def test_length_that_is_no_number_is_a_problem(client):
    answer = client.post("engagements", content=b"{}", headers={"Content-Length": "many"})
    assert answer.status_code == 400
    assert "no number" in sentence(answer, "bad-request")


@pytest.mark.parametrize(
    ("limit", "kind"), [("MOST_TEXT", "application/json"), ("MOST_BYTES", "multipart/form-data; boundary=x")]
)
def test_call_that_carries_too_much_is_refused_before_it_is_read(client, monkeypatch, limit, kind):
    monkeypatch.setattr(gate, limit, 1000)
    headers = {"Content-Type": kind}
    answer = client.post("engagements", content=b"x" * 1001, headers=headers)
    assert answer.status_code == 413
    assert "at once" in sentence(answer, "too-large")
    chunks = client.post("engagements", content=iter([b"x" * 600] * 2), headers=headers)
    assert chunks.status_code == 413


def test_call_that_grows_too_large_piece_by_piece_is_ended(address, monkeypatch):
    monkeypatch.setattr(gate, "MOST_TEXT", 1000)

    def pieces():
        for _ in range(4):
            yield b" " * 300
            time.sleep(0.05)

    with httpx.Client() as caller:
        answer = caller.post(
            f"{address}/api/v1/engagements", content=pieces(), headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 413
    assert "at once" in sentence(answer, "too-large")


def test_long_text_is_refused_before_it_is_parsed(client):
    long = client.post(
        "engagements", content=b"[" + b"{}," * 400_000 + b"{}]", headers={"Content-Type": "application/json"}
    )
    assert long.status_code == 413
    assert "no form may have 1 MB" in long.json()["detail"]
