"""An engagement by the HTTP interface, from its beginning to its deletion."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from api.whose import NOT_THERE, Point, find_customer
from core.engagement.journal import Journal, Opening, find_journal, unfinished
from core.readings import Reading
from core.valence import WEIGHTS
from tests.api.calling import CONSENT, begin, send, sentence
from tests.clips import portraits
from tests.conftest import encode
from tests.training.test_registry import copy_bundle
from training.registry import discard, promote


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


def test_somebody_alone_who_is_not_where_the_customer_was_is_not_read(client, picture):
    name = begin(client)
    found = send(client, name, picture, seconds=0, face="5,5").json()
    assert (found["face"], found["gap"], len(found["boxes"])) == (None, "not in sight", 1)


@pytest.mark.parametrize(
    ("x", "y", "place"), [(15, 55, 0), (15, 21, 0), (15, 61, NOT_THERE), (21, 40, NOT_THERE), (45, 40, 1)]
)
def test_point_is_of_the_face_in_whose_box_it_lies(x, y, place):
    tall, wide = (
        Reading(box=box, label=None, abstained=None, probabilities={}, face=None, quality=None)
        for box in ((10, 20, 10, 40), (30, 35, 40, 10))
    )
    assert find_customer([tall, wide], Point(x, y)) == place


def test_consent_is_kept_as_it_was_told(client):
    assert find_journal(begin(client)).opening.consent == CONSENT["consent"]


def test_engagement_lasts_a_day_at_most(client, picture):
    name = begin(client)
    late = client.post(f"engagements/{name}/finish", json={"seconds": 86_401})
    assert "seconds: input should be less than" in sentence(late, "invalid")
    assert "seconds: input should be less than" in sentence(
        send(client, name, picture, seconds=86_401), "invalid"
    )
    assert send(client, name, picture, seconds=86_400).status_code == 200


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


def test_frame_after_the_end_is_told_so(client, picture):
    name = client.post("engagements", json=CONSENT).json()["id"]
    client.post(f"engagements/{name}/finish")
    answer = client.post(f"engagements/{name}/frames", files={"picture": picture}, data={"seconds": 1})
    assert answer.status_code == 404
    assert "going on" in sentence(answer, "unknown-engagement")


def test_what_is_wrong_with_a_call_is_told_without_the_words_of_the_code(client):
    name = client.post("engagements", json=CONSENT).json()["id"]
    frames = f"engagements/{name}/frames"
    picture = {"picture": b"x"}
    for answer, told in (
        (
            client.post("engagements", content="nojson", headers={"Content-Type": "application/json"}),
            "no JSON",
        ),
        (client.post("engagements", content='{"consent": "x"}'), "Content-Type: application/json"),
        (client.post("engagements", json={"consent": "   "}), "consent: string should have at least 1"),
        (client.post("engagements", json={"consent": "x", "name": "a\nb"}), "name: it is not written as"),
        (client.post("classify", data={"pictures": "hello"}), "pictures: send a file"),
        (
            client.post(frames, files=picture, data={"seconds": 1, "face": "abc"}),
            "face: it is not written as",
        ),
        (client.post(frames, files=picture, data={"seconds": "nan"}), "seconds: input should be"),
    ):
        said = sentence(answer, "invalid")
        assert told in said
        assert not any(word in said for word in ("constrained", "regex", "pattern", "upload", "[key]", ".0:"))


def test_model_that_is_gone_meanwhile_counts_as_replaced(client, picture, home):
    promote(copy_bundle(home, "mine"), "ada")
    name = begin(client)
    promote("ckplus-reference", "ada")
    discard("mine")
    told = send(client, name, picture, seconds=0)
    assert told.status_code == 409
    assert "was replaced meanwhile" in sentence(told, "model-replaced")


def test_name_and_channel_are_kept_without_spaces_around(client, home):
    answer = client.post("engagements", json={"name": " ", "channel": "returns ", "consent": "agreed"})
    assert answer.status_code == 201
    opening = find_journal(answer.json()["id"]).opening
    assert (opening.name, opening.channel) == ("", "returns")
