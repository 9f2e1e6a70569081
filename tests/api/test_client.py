import numpy as np
import pytest
import requests

from api.client import Client, MienError
from core.engagement.audit import read_notes
from core.engagement.journal import unfinished
from core.engagement.store import list_engagements
from core.settings import settings
from tests.clips import portraits
from tests.conftest import encode


def test_pictures_and_models(address, portrait_file, tmp_path):
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    client = Client(address)
    first, second = client.classify(portrait_file, tmp_path / "b.jpg", model="mien-8")
    assert first["faces"][0]["label"] == "happiness"
    assert "not a picture" in second["error"]
    assert client.models()[0]["serves"]


def test_engagement_is_finished_on_leaving_even_where_the_block_fails(address, portrait_file):
    client = Client(address)
    with pytest.raises(ZeroDivisionError), client.engagement("told and agreed", channel="video") as one:
        for second in range(12):
            one.frame(portrait_file.read_bytes(), second)
        1 / 0  # noqa: B018
    assert one.result["report"]["exit_emotion"]["label"] == "happiness"
    assert one.finish() == one.result
    one.delete()
    with pytest.raises(MienError, match="no engagement"):
        one.finish()


def test_engagement_is_finished_as_the_caller_says(address, portrait_file):
    one = Client(address).engagement("told and agreed")
    one.frame(portrait_file.read_bytes(), 1)
    report = one.finish(seconds=8, exit_share=0.5)["report"]
    assert (report["seconds"], report["settings"]["exit_share"]) == (8, 0.5)


def test_customer_is_named_by_a_point_in_the_face(address):
    found = portraits()
    picture = encode(np.hstack([found["astronaut"], found["drawn-sadness"]]))
    with Client(address).engagement("told and agreed") as one:
        assert one.frame(picture, 0)["gap"] == "more than one face"
        x, y, width, height = max(one.frame(picture, 1)["boxes"])
        read = one.frame(picture, 2, face=(x + width / 2, y + height / 2))
        assert read["face"]["label"] == "sadness"
    assert one.result["report"]["seen"] == 1


def test_what_the_server_refuses_is_its_sentence(address, home, monkeypatch):
    with pytest.raises(MienError, match="no model called"):
        Client(address).classify(__file__, model="nothing")
    monkeypatch.setenv("MIEN_API_TOKENS", '["open sesame, please"]')
    settings.cache_clear()
    with pytest.raises(MienError, match="token"):
        Client(address).models()
    assert Client(address, token="open sesame, please").models()
    with pytest.raises(MienError, match="does not answer"):
        Client("http://127.0.0.1:9").models()


def test_client_waits_where_it_is_asked_to_slow_down(address, home, monkeypatch):
    monkeypatch.setenv("MIEN_API_TOKENS", '["a token of this test"]')
    monkeypatch.setenv("MIEN_API_CALLS_PER_SECOND", "2")
    monkeypatch.setenv("MIEN_API_BURST", "1")
    settings.cache_clear()
    client = Client(address, token="a token of this test")
    assert len([client.models() for _ in range(3)]) == 3
    impatient = Client(address, token="a token of this test", patience=0.5)
    with pytest.raises(MienError, match="Too many"):
        impatient.models()


def test_customer_who_withdraws_is_not_kept_where_the_call_fails(address, portrait_file, monkeypatch):
    client = Client(address)
    with pytest.raises(MienError, match="does not answer"), client.engagement("told and agreed") as one:
        one.frame(portrait_file.read_bytes(), 0)
        with monkeypatch.context() as patch:
            patch.setattr(client, "address", "http://127.0.0.1:9/")
            one.delete()
    assert list_engagements() == ()
    one.delete()
    assert unfinished() == ()


def test_customer_who_withdraws_while_it_goes_on_leaves_nothing(address, portrait_file):
    with Client(address).engagement("told and agreed") as one:
        one.frame(portrait_file.read_bytes(), 0)
        one.delete()
    assert (one.deleted, one.result) == (True, None)
    assert (list_engagements(), unfinished()) == ((), ())
    assert [(line["action"], line["what"], line["by"]) for line in read_notes()] == [
        ("deleted", one.id, "API")
    ]


def test_date_of_a_proxy_is_no_reason_to_fail(address, monkeypatch):
    client = Client(address)
    busy = requests.Response()
    busy.status_code, busy.headers["Retry-After"] = 503, "Wed, 21 Oct 2026 07:28:00 GMT"
    monkeypatch.setattr(client.session, "request", lambda *_, **__: busy)
    with pytest.raises(MienError, match="answered 503"):
        client.models()


def test_what_went_wrong_in_the_block_is_what_is_said(address):
    with pytest.raises(KeyError, match="mine"), Client(address).engagement("told and agreed") as one:
        one.client.address = "http://127.0.0.1:9/"
        raise KeyError("mine")
