from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import anyio
import httpx
import numpy as np
import pytest
from anyio.to_thread import current_default_thread_limiter
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from api import gate, mount
from api.kinds import Kind
from core.engagement.journal import Journal, Opening, unfinished
from core.settings import settings
from core.valence import WEIGHTS
from tests.conftest import encode, free_port
from tests.core.test_recording import portraits

HERE = ("127.0.0.1", 50000)
CONSENT = {"consent": "told and agreed at the start of the call"}


@pytest.fixture
def client(generous) -> TestClient:
    return TestClient(Starlette(routes=[mount()]), "http://localhost/api/v1/", client=HERE)


@pytest.fixture
def picture(portrait_file) -> bytes:
    return portrait_file.read_bytes()


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
    assert "no model called" in sentence(answer, "unknown-model")


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
    assert "finish it first" in sentence(client.get(f"engagements/{name}"), "engagement-goes-on")
    result = client.post(f"engagements/{name}/finish").json()
    assert result["report"]["exit_emotion"]["label"] == "happiness"
    assert result["report"]["moments"] == 14
    assert result["report"]["index"]["value"] > 80
    assert client.post(f"engagements/{name}/finish").json() == result, "finishing twice is finishing once"
    assert client.get(f"engagements/{name}").json() == result
    assert client.delete(f"engagements/{name}").status_code == 204
    assert client.get(f"engagements/{name}").status_code == 404


def test_engagement_may_end_after_its_last_frame(client, picture):
    early, late = begin(client), begin(client)
    for name in (early, late):
        for seconds in range(12):
            send(client, name, picture, seconds=seconds)
    assert client.post(f"engagements/{early}/finish", json={"seconds": 3}).json()["report"]["seconds"] == 11
    report = client.post(f"engagements/{late}/finish", json={"seconds": 60}).json()["report"]
    assert (report["seconds"], report["exit_emotion"]) == (60, None)
    assert report["gaps"] == {"no frame came": 49}
    assert sentence(client.post(f"engagements/{late}/finish", json={"end": 60}), "invalid")


def test_report_is_made_with_the_settings_that_were_chosen(client, picture):
    name = begin(client)
    for seconds in range(12):
        send(client, name, picture, seconds=seconds)
    chosen = {"method": "end-weighted", "exit_share": 0.5, "baseline_seconds": 0.5, "weights": {"fear": -1}}
    for wrong in ({"method": "mean"}, {"exit_seconds": 0}, {"weights": {"joy": 1}}, {"least_seen": 1}):
        assert sentence(client.post(f"engagements/{name}/finish", json={"settings": wrong}), "invalid")
    report = client.post(f"engagements/{name}/finish", json={"settings": chosen}).json()["report"]
    assert {field: report["settings"][field] for field in chosen} == chosen | {
        "weights": dict(WEIGHTS) | {"fear": -1}
    }
    assert report["exit_emotion"]["moments"] == 6


@pytest.fixture(scope="module")
def two_faces() -> bytes:
    """A smiling customer on the left, somebody sad and larger on the right."""
    found = portraits()
    return encode(np.hstack([found["astronaut"], found["drawn-sadness"]]))


def test_several_faces_are_a_gap_until_the_caller_says_whose_engagement_it_is(client, two_faces, picture):
    name = begin(client)
    unsaid = send(client, name, two_faces, seconds=0).json()
    assert (unsaid["face"], unsaid["gap"]) == (None, "more than one face")
    happy, sad = sorted(unsaid["boxes"])
    for second in range(1, 13):
        middle = f"{happy[0] + happy[2] / 2:.1f},{happy[1] + happy[3] / 2:.1f}"
        said = send(client, name, two_faces, seconds=second, face=middle).json()
        assert (said["face"]["label"], said["gap"]) == ("happiness", None)
        assert said["face"]["box"] == pytest.approx(happy, abs=0.1)
    between = f"{(happy[0] + happy[2] + sad[0]) / 2},20"
    assert send(client, name, two_faces, seconds=13, face=between).json()["gap"] == "not in sight"
    alone = send(client, name, picture, seconds=14).json()
    assert (alone["face"]["label"], len(alone["boxes"])) == ("happiness", 1)
    report = client.post(f"engagements/{name}/finish").json()["report"]
    assert report["gaps"] == {"more than one face": 1, "not in sight": 1}
    assert report["seen"] == 13
    assert report["exit_emotion"]["label"] == "happiness"


def test_frame_without_a_face_is_a_gap_and_says_so(client):
    name = begin(client)
    empty = encode(np.full((240, 320, 3), 90, np.uint8))
    for fields in ({"seconds": 0}, {"seconds": 1, "face": "10,10"}):
        found = send(client, name, empty, **fields).json()
        assert (found["face"], found["gap"], found["boxes"]) == (None, "no face", [])
    assert sentence(send(client, name, empty, seconds=2, face="left"), "invalid")


def test_replaced_model_is_not_mixed_with_the_one_an_engagement_began_with(client, picture):
    opening = Opening(consent="agreed", model="mien-8", digest="of another file", source="api")
    Journal.begin(opening)
    answer = send(client, opening.id, picture, seconds=1)
    assert answer.status_code == 409
    assert "was replaced" in sentence(answer, "model-replaced")
    assert client.post(f"engagements/{opening.id}/finish").json()["digest"] == "of another file"


def test_deleted_while_frames_arrive_it_is_gone_for_good(client, picture):
    name = begin(client)
    with ThreadPoolExecutor(4) as threads:
        frames = [threads.submit(send, client, name, picture, seconds=n) for n in range(24)]
        frames[4].result()
        assert client.delete(f"engagements/{name}").status_code == 204
        answers = [frame.result() for frame in frames]
    kinds = {answer.json()["type"].rpartition("#")[2] for answer in answers if answer.status_code != 200}
    assert kinds <= {"unknown-engagement", "engagement-ended"}
    assert answers[-1].status_code == 404
    for answer in (client.post(f"engagements/{name}/finish"), client.get(f"engagements/{name}")):
        assert "no engagement" in sentence(answer, "unknown-engagement")
    assert unfinished() == ()


def test_ready_says_when_results_cannot_be_kept(client, monkeypatch):
    assert client.get("ready").json() == {"status": "ready", "model": "mien-8"}
    monkeypatch.setenv("MIEN_DATABASE_URL", f"postgresql+psycopg://mien@127.0.0.1:{free_port()}/none")
    settings.cache_clear()
    said = sentence(client.get("ready"), "storage-unavailable")
    assert "log" in said
    assert "127.0.0.1" not in said, "whoever asks has shown no token"


@pytest.mark.parametrize("name", ["a%00", "none", "a%0A", "%ED%A0%80"])
def test_what_can_be_no_id_is_unknown_whatever_is_asked(client, picture, name):
    answers = [
        client.get(f"engagements/{name}"),
        client.delete(f"engagements/{name}"),
        client.post(f"engagements/{name}/finish"),
        send(client, name, picture, seconds=1),
    ]
    for answer in answers:
        assert "no engagement" in sentence(answer, "unknown-engagement")


@pytest.mark.usefixtures("home")
def test_health_and_readiness_wait_for_no_picture():
    """All threads that pictures are read on are taken for as long as the answers are waited for."""

    async def ask(*paths: str) -> list[int]:
        transport = httpx.ASGITransport(Starlette(routes=[mount()]), client=HERE)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost/api/v1/") as caller:
            threads = current_default_thread_limiter()
            for number in range(int(threads.total_tokens)):
                threads.acquire_on_behalf_of_nowait(number)
            with anyio.fail_after(60):
                return [(await caller.get(path)).status_code for path in paths]

    assert anyio.run(ask, "health", "ready", "metrics", "nothing") == [200, 200, 200, 404]


def test_nothing_begins_without_consent_or_with_what_no_database_takes(client):
    told = "agreed"
    bad = {"consent": told, "name": "a\x00"}, {"consent": told, "channel": "a\nb"}, {"consent": "\x00"}
    for body in ({}, {"consent": ""}, {"consent": "yes", "employee": "Ben"}, *bad):
        assert sentence(client.post("engagements", json=body), "invalid")
    assert client.post("engagements", json={"consent": "told,\nagreed"}).status_code == 201


def test_frame_that_is_no_picture_is_a_problem_and_counts_for_nothing(client):
    name = client.post("engagements", json=CONSENT).json()["id"]
    answer = client.post(f"engagements/{name}/frames", files={"picture": b"rubbish"}, data={"seconds": 1})
    assert answer.status_code == 422
    assert "not a picture" in sentence(answer, "not-a-picture")
    finished = client.post(f"engagements/{name}/finish").json()
    assert (finished["report"]["moments"], finished["report"]["index"]) == (0, None)


def test_other_machines_need_a_token(home, monkeypatch):
    away = TestClient(Starlette(routes=[mount()]), "http://mien.example.org/api/v1/", client=("10.0.0.7", 1))
    assert away.get("health").status_code == 200
    assert away.get("models").status_code == 401
    monkeypatch.setenv("MIEN_API_TOKENS", '["open sesame"]')
    settings.cache_clear()
    assert "token" in sentence(away.get("models"), "token-needed")
    assert away.get("models", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert away.get("models", headers={"Authorization": "Bearer open sesame"}).status_code == 200


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


def test_document_and_docs_name_every_endpoint_and_field(client):
    paths = client.get("openapi.json").json()["paths"]
    page = client.get("docs").text
    for path in paths:
        assert path in page
    for field in ("pictures", "picture", "seconds", "consent", "channel", "probabilities", "report", "face"):
        assert f"<code>{field}</code>" in page
    assert "<code>exit_emotion</code>: None where the last part shows too little." in page
    assert "<code>half_life</code>: end-weighted" in page


def test_each_kind_of_problem_is_in_the_document_and_has_its_place_on_the_page(client):
    document, page = client.get("openapi.json").json(), client.get("docs").text
    answers = document["paths"]["/engagements/{id}"]["get"]["responses"]
    problem = answers["409"]["content"]["application/problem+json"]["schema"]["properties"]
    assert "/api/v1/docs#engagement-goes-on" in problem["type"]["enum"]
    for kind in Kind:
        assert f"id='{kind.slug}'" in page
    assert "report" in document["components"]["schemas"]["Result"]["properties"]
    assert "exit_emotion" in document["components"]["schemas"]["Report"]["properties"]


def test_page_asks_no_other_server_for_anything(client):
    page = client.get("docs").text
    assert "<script" not in page
    assert "cdn" not in page


def test_unknown_path_is_a_problem_too(client):
    answer = client.get("nothing")
    assert answer.status_code == 404
    assert "/api/v1/docs" in sentence(answer, "not-found")
    assert sentence(client.put("models"), "method-not-allowed")


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
    assert "at once" in sentence(answer, "too-large")
    chunks = client.post("engagements", content=iter([b"x" * 600] * 2))
    assert chunks.status_code == 413


def test_disk_that_takes_nothing_is_a_problem_not_an_end(client, home):
    home.mkdir(parents=True, exist_ok=True)
    (home / "engagements").write_text("a file where a folder should be")
    answer = client.post("engagements", json=CONSENT)
    assert answer.status_code == 503
    assert "cannot be recorded" in sentence(answer, "recording-failed")


def test_failure_nobody_foresaw_is_a_problem_and_is_counted(generous, monkeypatch):
    client = TestClient(
        Starlette(routes=[mount()]), "http://localhost/api/v1/", client=HERE, raise_server_exceptions=False
    )
    monkeypatch.setattr("api.application.load_classifier", lambda name=None: 1 / 0)
    assert "log" in sentence(client.get("ready"), "unforeseen")
    failed = 'mien_api_calls_total{method="GET",path="/ready",status="500"} 1.0'
    assert failed in client.get("metrics").text


def test_frame_after_the_end_is_told_so(client, picture):
    name = client.post("engagements", json=CONSENT).json()["id"]
    client.post(f"engagements/{name}/finish")
    answer = client.post(f"engagements/{name}/frames", files={"picture": picture}, data={"seconds": 1})
    assert answer.status_code == 404
    assert "going on" in sentence(answer, "unknown-engagement")
