from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from api import gate, mount
from core.settings import settings

HERE = ("127.0.0.1", 50000)
CONSENT = {"consent": "told and agreed at the start of the call"}


@pytest.fixture
def client(generous) -> TestClient:
    return TestClient(Starlette(routes=[mount()]), "http://localhost/api/v1/", client=HERE)


@pytest.fixture
def picture(portrait_file) -> bytes:
    return portrait_file.read_bytes()


def sentence(answer) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return body["detail"]


def test_pictures_are_read_each_in_its_place(client, picture):
    files = [("pictures", ("a.png", picture)), ("pictures", ("b.jpg", b"no picture"))]
    first, second = client.post("classify", files=files).json()
    assert (first["path"], first["faces"][0]["label"], first["error"]) == ("a.png", "happiness", None)
    assert (second["path"], second["faces"]) == ("b.jpg", [])
    assert "not a picture" in second["error"]


def test_model_can_be_named_and_an_unknown_one_is_a_problem(client, picture):
    files = {"pictures": ("a.png", picture)}
    (read,) = client.post("classify", files=files, params={"model": "ckplus-reference"}).json()
    assert read["model"] == "ckplus-reference"
    answer = client.post("classify", files=files, params={"model": "nothing"})
    assert answer.status_code == 404
    assert "no model called" in sentence(answer)


def test_models_say_what_they_are_worth(client):
    first, *_ = client.get("models").json()
    assert (first["name"], first["serves"]) == ("mien-8", True)
    assert 0.5 < first["accuracy"]["low"] < first["accuracy"]["value"] < 1


def test_engagement_from_begin_to_deletion(client, picture):
    begun = client.post("engagements", json={"name": "call 17", "channel": "video", **CONSENT})
    assert begun.status_code == 201
    name = begun.json()["id"]
    for seconds in (2.0, 0.0, 1.0, 1.0, *range(3, 14)):  # late and twice
        frame = client.post(
            f"engagements/{name}/frames", files={"picture": picture}, data={"seconds": seconds}
        )
        assert frame.json()["face"]["label"] == "happiness"
    assert frame.json()["known"] is False
    assert client.get(f"engagements/{name}").status_code == 409
    result = client.post(f"engagements/{name}/finish").json()
    assert result["report"]["exit_emotion"]["label"] == "happiness"
    assert result["report"]["moments"] == 14
    assert result["report"]["index"]["value"] > 80
    assert client.post(f"engagements/{name}/finish").json() == result, "finishing twice is finishing once"
    assert client.get(f"engagements/{name}").json() == result
    assert client.delete(f"engagements/{name}").status_code == 204
    assert client.get(f"engagements/{name}").status_code == 404


def test_nothing_begins_without_consent(client):
    for body in ({}, {"consent": ""}, {"consent": "yes", "employee": "Ben"}):
        assert client.post("engagements", json=body).status_code == 422


def test_frame_that_is_no_picture_is_a_problem_and_counts_for_nothing(client):
    name = client.post("engagements", json=CONSENT).json()["id"]
    answer = client.post(f"engagements/{name}/frames", files={"picture": b"rubbish"}, data={"seconds": 1})
    assert answer.status_code == 422
    assert "not a picture" in sentence(answer)
    finished = client.post(f"engagements/{name}/finish").json()
    assert (finished["report"]["moments"], finished["report"]["index"]) == (0, None)


def test_other_machines_need_a_token(home, monkeypatch):
    away = TestClient(Starlette(routes=[mount()]), "http://mien.example.org/api/v1/", client=("10.0.0.7", 1))
    assert away.get("health").status_code == 200
    assert away.get("models").status_code == 401
    monkeypatch.setenv("MIEN_API_TOKENS", '["open sesame"]')
    settings.cache_clear()
    assert "token" in sentence(away.get("models"))
    assert away.get("models", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert away.get("models", headers={"Authorization": "Bearer open sesame"}).status_code == 200


def test_too_many_calls_are_told_when_to_come_back(home, monkeypatch):
    monkeypatch.setenv("MIEN_API_CALLS_PER_SECOND", "0.1")
    monkeypatch.setenv("MIEN_API_BURST", "3")
    settings.cache_clear()
    client = TestClient(Starlette(routes=[mount()]), "http://localhost/api/v1/", client=("127.0.0.9", 1))
    answers = [client.get("models") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 9


def test_hundred_calls_in_flight_lose_none(client, picture):
    with ThreadPoolExecutor(20) as threads:
        answers = list(
            threads.map(lambda _: client.post("classify", files={"pictures": picture}).json(), range(100))
        )
    assert {answer[0]["faces"][0]["label"] for answer in answers} == {"happiness"}


def test_document_and_docs_name_every_endpoint_and_no_other_server(client):
    paths = client.get("openapi.json").json()["paths"]
    page = client.get("docs").text
    for path in paths:
        assert path in page
    for field in ("pictures", "picture", "seconds", "consent", "channel", "probabilities", "report"):
        assert f"<code>{field}</code>" in page
    assert "<script" not in page
    assert "cdn" not in page


def test_unknown_path_is_a_problem_too(client):
    answer = client.get("nothing")
    assert answer.status_code == 404
    assert "/api/v1/docs" in sentence(answer)


def test_figures_count_calls_and_faces_and_name_nobody(client, picture):
    def figure(line: str) -> float:
        lines = client.get("metrics").text.splitlines()
        return sum(float(text.rpartition(" ")[2]) for text in lines if text.startswith(line))

    calls = 'mien_api_calls_total{method="POST",path="/classify",status="200"}'
    faces = 'mien_faces_total{answer="happiness"}'
    before = figure(calls), figure(faces)
    client.post("classify", files={"pictures": picture})
    assert (figure(calls), figure(faces)) == (before[0] + 1, before[1] + 1)
    client.get("engagements/of-a-customer")
    assert "of-a-customer" not in client.get("metrics").text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "10.0.0.7"},
        {"Forwarded": "for=10.0.0.7"},
        {"X-Real-IP": "10.0.0.7"},
        {"Via": "1.1 proxy"},
        {"Host": "evil.example.org"},
        {"Origin": "https://evil.example.org"},
    ],
)
def test_nobody_passes_for_this_machine(client, picture, headers):
    assert client.get("models", headers=headers).status_code == 401
    assert client.post("classify", files={"pictures": picture}, headers=headers).status_code == 401
    assert client.get("models", headers={"Origin": "http://localhost:8501"}).status_code == 200


def test_empty_token_lets_nobody_in(home, monkeypatch):
    monkeypatch.setenv("MIEN_API_TOKENS", '["", " "]')
    settings.cache_clear()
    away = TestClient(Starlette(routes=[mount()]), "http://mien.example.org/api/v1/", client=("10.0.0.7", 1))
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        assert away.get("models", headers=headers).status_code == 401


def test_guessing_tokens_is_slowed_down(home, monkeypatch):
    monkeypatch.setenv("MIEN_API_TOKENS", '["open sesame"]')
    settings.cache_clear()
    away = TestClient(Starlette(routes=[mount()]), "http://mien.example.org/api/v1/", client=("10.0.0.8", 1))
    guesses = [away.get("models", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(25)]
    assert guesses[0] == 401
    assert guesses[-1] == 429
    assert away.get("models", headers={"Authorization": "Bearer open sesame"}).status_code == 200


def test_call_that_carries_too_much_is_refused_before_it_is_read(client, monkeypatch):
    monkeypatch.setattr(gate, "MOST_BYTES", 1000)
    answer = client.post("engagements", content=b"x" * 1001)
    assert answer.status_code == 413
    assert "at once" in sentence(answer)
    chunks = client.post("engagements", content=iter([b"x" * 600] * 2))
    assert chunks.status_code == 413


def test_disk_that_takes_nothing_is_a_problem_not_an_end(client, home):
    home.mkdir(parents=True, exist_ok=True)
    (home / "engagements").write_text("a file where a folder should be")
    answer = client.post("engagements", json=CONSENT)
    assert answer.status_code == 503
    assert "cannot be recorded" in sentence(answer)


def test_failure_nobody_foresaw_is_a_problem_and_is_counted(generous, monkeypatch):
    client = TestClient(
        Starlette(routes=[mount()]), "http://localhost/api/v1/", client=HERE, raise_server_exceptions=False
    )
    monkeypatch.setattr("api.application.load_classifier", lambda name=None: 1 / 0)
    assert "log" in sentence(client.get("ready"))
    failed = 'mien_api_calls_total{method="GET",path="/ready",status="500"} 1.0'
    assert failed in client.get("metrics").text


def test_frame_after_the_end_is_told_so(client, picture):
    name = client.post("engagements", json=CONSENT).json()["id"]
    client.post(f"engagements/{name}/finish")
    answer = client.post(f"engagements/{name}/frames", files={"picture": picture}, data={"seconds": 1})
    assert answer.status_code == 404
    assert "going on" in sentence(answer)
