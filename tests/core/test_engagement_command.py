import json

import numpy as np
import pytest

from core.engagement.store import list_engagements
from core.valence import WEIGHTS
from tests.clips import clip, portraits
from tests.conftest import run_core


def judge(*arguments, code=0):
    return run_core("engagement", *arguments, code=code)


def test_recording_on_the_disk_is_judged(tmp_path):
    (tmp_path / "call.mp4").write_bytes(clip([portraits()["astronaut"]] * 90))
    result = judge(tmp_path / "call.mp4", "--course", tmp_path / "call.csv")
    report = json.loads(result.stdout)
    assert report["exit_emotion"]["label"] == "happiness"
    assert report["index"]["value"] > 80
    assert report["seconds"] == pytest.approx(9, abs=0.05), "the last look is at 8.8"
    assert report["incomplete"] is None
    assert len((tmp_path / "call.csv").read_text().splitlines()) == report["moments"] + 1
    assert "looks" in result.stderr


def test_nobody_is_judged_before_the_customer_is_named(tmp_path):
    one = portraits()["astronaut"]
    data = clip([np.hstack([one, one[:, ::-1]])] * 30, form="matroska")
    (tmp_path / "two.mkv").write_bytes(data[: len(data) // 2])
    result = judge(tmp_path / "two.mkv", code=1)
    assert "--person: 1 (" in result.stderr
    assert not result.stdout
    report = json.loads(judge(tmp_path / "two.mkv", "--person", 2).stdout)
    assert report["seen"] > 0
    assert "of 3 seconds: the rest of the file is missing" in report["incomplete"]
    assert "Nobody has the number 9: choose" in judge(tmp_path / "two.mkv", "--person", 9, code=1).stderr
    both = judge(tmp_path / "two.mkv", "--person", 2, "--person", 1, code=1)
    assert "Person 1 and person 2 are in sight at the same time" in both.stderr


def test_what_cannot_be_judged_is_one_sentence(tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"rubbish")
    (tmp_path / "empty.mp4").write_bytes(clip([np.full((240, 320, 3), 90, np.uint8)] * 20))
    assert "not a video" in judge(tmp_path / "x.mp4", code=1).stderr
    assert "No face" in judge(tmp_path / "empty.mp4", code=1).stderr
    assert "no file" in judge(tmp_path / "nowhere.mp4", code=2).stderr
    nowhere = "--course", tmp_path / "nowhere" / "course.csv"
    assert "cannot write" in judge(tmp_path / "empty.mp4", *nowhere, code=2).stderr
    assert "no model called" in judge(tmp_path / "empty.mp4", "--model", "nothing", code=1).stderr


def test_what_could_not_be_kept_is_told_before_anything_is_read(tmp_path, monkeypatch):
    (tmp_path / "x.mp4").write_bytes(b"rubbish")
    kept = "--keep", "a call", "--consent", "told and agreed"
    for value in ("nonsense", "mysql://nowhere"):
        monkeypatch.setenv("MIEN_DATABASE_URL", value)
        assert "check MIEN_DATABASE_URL" in judge(tmp_path / "x.mp4", *kept, code=1).stderr
    for alone in (kept[2:], ("--channel", "desk")):
        assert "add --keep" in judge(tmp_path / "x.mp4", *alone, code=2).stderr


def test_report_is_made_with_the_settings_that_were_chosen(tmp_path):
    found = portraits()
    (tmp_path / "call.mp4").write_bytes(clip([found["drawn-sadness"]] * 60 + [found["astronaut"]] * 80))
    chosen = "--method", "end-weighted", "--exit-share", 0.5, "--baseline", 2, "--weight", "happiness=0.5"
    report = json.loads(judge(tmp_path / "call.mp4", *chosen).stdout)
    settings = report["settings"]
    assert (settings["method"], settings["exit_share"], settings["baseline_seconds"]) == (
        "end-weighted",
        0.5,
        2,
    )
    assert settings["weights"] == dict(WEIGHTS) | {"happiness": 0.5}
    assert report["peak"]["valence"] < 0.6
    for wrong, told in (
        (("--weight", "joy=1"), "joy"),
        (("--weight", "anger=-3"), "weights anger"),
        (("--weight", "anger"), "weights anger"),
        (("--exit-seconds", "nan"), "exit-seconds"),
        (("--exit-share", "2"), "--exit-share"),
        (("--exit-share", "0.2", "--exit-seconds", "5"), "one length"),
    ):
        assert told in judge(tmp_path / "call.mp4", *wrong, code=2).stderr


def test_result_is_kept_once_with_the_consent_that_was_given(tmp_path, home):
    (tmp_path / "call.mp4").write_bytes(clip([portraits()["astronaut"]] * 90))
    refused = judge(tmp_path / "call.mp4", "--keep", "call 17", code=2)
    assert "agreed" in refused.stderr
    long = judge(tmp_path / "call.mp4", "--keep", "x" * 201, "--consent", "agreed", code=2)
    assert "200 characters" in long.stderr
    for wrong in (
        ("--keep", "Gespr\udce4ch", "--consent", "agreed"),
        ("--keep", "call", "--consent", "\x01"),
    ):
        judge(tmp_path / "call.mp4", *wrong, code=2)
    assert list_engagements() == ()
    known = "--consent", "told and agreed", "--channel", "video"
    judge(tmp_path / "call.mp4", "--keep", "call 17", *known, "--person", 1, "--person", 1)
    result = judge(tmp_path / "call.mp4", "--keep", "call 18", *known)
    (kept,) = list_engagements()
    assert kept.id in result.stderr
    assert (kept.name, kept.channel, kept.consent) == ("call 18", "video", "told and agreed")
    assert (kept.source, kept.model) == ("recorded", "mien-8")
    assert kept.report.model_dump(mode="json") == json.loads(result.stdout)


def test_course_does_not_take_the_place_of_the_recording(tmp_path):
    (tmp_path / "call.mp4").write_bytes(b"irreplaceable")
    (tmp_path / "link.csv").symlink_to(tmp_path / "call.mp4")
    for name in ("call.mp4", "link.csv"):
        told = judge(tmp_path / "call.mp4", "--course", tmp_path / name, code=2)
        assert "is the recording: name another file" in " ".join(told.stderr.replace("│", " ").split())
    assert (tmp_path / "call.mp4").read_bytes() == b"irreplaceable"
