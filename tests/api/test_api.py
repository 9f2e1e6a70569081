from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest
from anyio.to_thread import current_default_thread_limiter
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from api import mount
from api.kinds import Kind
from core.bundles.limits import UNMEASURED
from core.settings import settings
from tests.api.calling import CONSENT, HERE, send, sentence
from tests.conftest import free_port
from tests.training.test_registry import copy_bundle


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


def test_where_no_model_serves_the_server_is_at_fault(client, picture, tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_SHIPPED_MODELS", str(tmp_path / "nothing"))
    settings.cache_clear()
    for answer in (
        client.post("classify", files={"pictures": ("a.png", picture)}),
        client.post("engagements", json=CONSENT),
        client.get("ready"),
    ):
        assert answer.status_code == 503
        assert "train one" in sentence(answer, "no-model")


def test_models_say_what_they_are_worth(client):
    first, *_ = client.get("models").json()
    assert (first["name"], first["serves"]) == ("mien-8", True)
    assert 0.5 < first["accuracy"]["low"] < first["accuracy"]["value"] < 1


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

    with ThreadPoolExecutor(1) as threads:  # where a browser was tested, this thread has a loop of its own
        answers = threads.submit(anyio.run, ask, "health", "ready", "metrics", "nothing").result()
    assert answers == [200, 200, 200, 404]


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


def test_damaged_model_is_left_out_of_the_list(client, home):
    copy_bundle(home, "sound")
    (home / "models" / copy_bundle(home, "broken") / "model.tflite").write_bytes(b"half")
    names = [model["name"] for model in client.get("models").json()]
    assert "sound" in names
    assert "broken" not in names


def test_picture_over_the_limit_is_told_so_and_not_called_damaged(client, picture, monkeypatch):
    for module in ("api.application", "core.images"):
        monkeypatch.setattr(f"{module}.MAX_BYTES", 2**20 // 16)
    assert len(picture) > 2**20 // 16
    (read,) = client.post("classify", files={"pictures": picture}).json()
    assert "over the limit" in read["error"]


def test_call_has_as_many_pictures_as_the_document_says_at_most(client):
    answers = [client.post("classify", files=[("pictures", b"x")] * count) for count in (64, 65)]
    assert (answers[0].status_code, len(answers[0].json())) == (200, 64)
    assert "at most 64" in sentence(answers[1], "invalid")


def test_address_that_is_not_asked_like_that_says_how_it_may_be(client):
    assert client.put("models").headers["Allow"] == "GET"
    assert client.put("engagements/0123456789abcdef").headers["Allow"] == "DELETE, GET"


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
    client.request("INVENTED", "models")
    assert 'method="other"' in client.get("metrics").text
    assert "INVENTED" not in client.get("metrics").text


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
    monkeypatch.setattr("api.serving.load_classifier", lambda: 1 / 0)
    assert "log" in sentence(client.get("ready"), "unforeseen")
    failed = 'mien_api_calls_total{method="GET",path="/ready",status="500"} 1.0'
    assert failed in client.get("metrics").text


def test_monitors_may_ask_for_the_head_alone(client):
    for path in ("health", "ready"):
        answer = client.head(path)
        assert (answer.status_code, answer.content) == (200, b"")


def test_models_say_that_groups_were_not_compared(client):
    first, *_ = client.get("models").json()
    assert UNMEASURED in first["limits"]
