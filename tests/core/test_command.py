import csv
import fcntl
import io
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from contextlib import suppress

import numpy as np
import pytest

from core.bundles import find_bundle
from core.images import MAX_BYTES
from tests.conftest import encode, run_core

EXPRESSION_NAMES = ["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"]


def classify(*arguments, code=0):
    return run_core("classify", *arguments, code=code)


def test_one_json_object_a_picture(portrait_file):
    (record,) = map(json.loads, classify(portrait_file).stdout.splitlines())
    assert record["path"] == str(portrait_file)
    assert record["model"] == "mien-8"
    assert record["error"] is None
    (face,) = record["faces"]
    assert face["label"] == "happiness"
    assert face["abstained"] is None
    assert list(face["probabilities"]) == EXPRESSION_NAMES
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert len(face["box"]) == 4
    assert set(face["quality"]) == {"size", "sharpness", "brightness", "contrast", "roll", "yaw"}


def test_folder_is_searched_deeply_and_one_bad_file_stops_nothing(tmp_path, face):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "deep.PNG").write_bytes(encode(face))
    (tmp_path / "a" / "broken.jpg").write_bytes(b"nothing")
    (tmp_path / "a" / "empty.png").write_bytes(b"")
    (tmp_path / "a" / "notes.txt").write_text("no picture, so not looked at")
    (tmp_path / "top.png").write_bytes(encode(np.zeros((50, 50, 3), np.uint8)))
    result = classify(tmp_path, code=1)
    records = {json.loads(line)["path"]: json.loads(line) for line in result.stdout.splitlines()}
    named = {path.removeprefix(f"{tmp_path}/"): record for path, record in records.items()}
    assert set(named) == {"a/b/deep.PNG", "a/broken.jpg", "a/empty.png", "top.png"}
    assert named["a/b/deep.PNG"]["faces"][0]["label"] == "happiness"
    assert "not a picture" in named["a/broken.jpg"]["error"]
    assert "empty" in named["a/empty.png"]["error"]
    assert named["top.png"]["faces"] == [
        {"box": None, "label": None, "abstained": "no face", "probabilities": {}, "face": None, "quality": {}}
    ]
    assert "2 of 4 files could not be read" in result.stderr


def test_file_named_outright_is_read_whatever_it_is_called(tmp_path, face):
    (tmp_path / "photo").write_bytes(encode(face))
    assert json.loads(classify(tmp_path / "photo").stdout)["faces"][0]["label"] == "happiness"


def test_crop_counts_as_one_face_even_where_none_is_seen(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (48, 48), dtype=np.uint8)
    (tmp_path / "crop.png").write_bytes(encode(noise))
    without = json.loads(classify(tmp_path / "crop.png").stdout)["faces"][0]
    (face,) = json.loads(classify(tmp_path / "crop.png", "--crops").stdout)["faces"]
    assert without["abstained"] == "no face"
    assert face["box"] is None
    assert list(face["probabilities"]) == EXPRESSION_NAMES


def test_model_can_be_chosen(portrait_file):
    record = json.loads(classify(portrait_file, "--model", "ckplus-reference").stdout)
    assert record["model"] == "ckplus-reference"
    assert "neutral" not in record["faces"][0]["probabilities"]
    assert record["faces"][0]["label"] == "happiness"


def test_csv_has_a_header_and_a_line_a_face(tmp_path, portrait_file, face):
    (tmp_path / "two.png").write_bytes(encode(np.concatenate([face, face[:, ::-1]], axis=1)))
    (tmp_path / "broken.png").write_bytes(b"nothing")
    result = classify(portrait_file, tmp_path, "--format", "csv", code=1)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["face"] for row in rows] == ["1", "", "1", "2"]
    assert [row["label"] for row in rows] == ["happiness", "", "happiness", "happiness"]
    assert float(rows[0]["confidence"]) == pytest.approx(float(rows[0]["happiness"]))
    assert "not a picture" in rows[1]["error"]


def test_table_shows_each_face(portrait_file):
    table = classify(portrait_file, "--format", "table").stdout
    assert "happiness" in table
    assert "Confidence" in table
    assert "over 99%" in table


def test_output_goes_to_the_file(tmp_path, portrait_file):
    result = classify(portrait_file, "--output", tmp_path / "out.jsonl")
    assert result.stdout == ""
    assert json.loads((tmp_path / "out.jsonl").read_text())["faces"][0]["label"] == "happiness"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Missing argument"),
        (["nowhere.png"], "nothing at nowhere.png"),
        (["{portrait}", "--model", "nonsense"], "choose one of"),
        (["{portrait}", "--format", "xml"], "xml"),
        (["{portrait}", "--output", "{tmp}/no/such/folder/out"], "cannot write"),
        (["{tmp}"], "no pictures"),
        (["{portrait}", "--colour"], "colour"),
    ],
)
def test_wrong_usage_says_so_with_status_2(tmp_path, portrait_file, arguments, sentence):
    filled = [text.format(portrait=portrait_file, tmp=tmp_path) for text in arguments]
    assert sentence in " ".join(classify(*filled, code=2).stderr.replace("│", " ").split())


def test_path_that_is_missing_does_not_stop_the_others(tmp_path, portrait_file):
    result = classify(tmp_path / "gone.png", portrait_file, code=1)
    gone, there = (json.loads(line) for line in result.stdout.splitlines())
    assert "cannot be opened" in gone["error"]
    assert there["faces"][0]["label"] == "happiness"


def test_pipe_is_refused_instead_of_waited_for(tmp_path, portrait_file):
    os.mkfifo(tmp_path / "pipe.png")
    result = classify(tmp_path / "pipe.png", portrait_file, code=1)
    assert "not a file" in json.loads(result.stdout.splitlines()[0])["error"]


@pytest.mark.parametrize("format", ["json", "csv", "table"])
def test_any_file_name_is_written_in_every_format(tmp_path, face, format):
    for name in (b"bad\xff\xe9.png", b"a[b].png", b"[red]x[bold].png"):
        (tmp_path / os.fsdecode(name)).write_bytes(encode(face))
    (tmp_path / "a[").mkdir()
    (tmp_path / "a[" / "b].png").write_bytes(encode(face))
    classify(tmp_path, "--format", format, "--output", tmp_path / "out")
    text = (tmp_path / "out").read_text().replace("\n", "")
    assert all(part in text for part in ("xff", "a[b].png", "[red]x[bold]", "a[/b].png"))


def test_full_disk_gets_one_sentence(portrait_file):
    said = classify(portrait_file, "--output", "/dev/full", code=2).stderr
    assert "cannot write /dev/full" in " ".join(said.replace("│", " ").split())


def on_a_terminal(*command, **streams):
    """What a command shows on a terminal, and its exit status."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    process = subprocess.Popen(
        [sys.executable, *command], **{"stderr": terminal, "stdout": terminal} | streams
    )
    os.close(terminal)
    seen = b""
    with suppress(OSError):  # the other side was closed: the command ended
        while chunk := os.read(controller, 1024):
            seen += chunk
    os.close(controller)
    return seen.decode(), process.wait()


def test_progress_bar_shows_on_a_terminal_only(portrait_file):
    assert "Reading" not in classify(portrait_file).stderr
    command = ("-m", "core", "classify", *[str(portrait_file)] * 30)
    seen, status = on_a_terminal(*command, stdout=subprocess.DEVNULL)
    assert status == 0
    assert "Reading" in seen


def test_results_on_a_terminal_stand_on_lines_of_their_own(portrait_file):
    seen, status = on_a_terminal("-m", "core", "classify", *[str(portrait_file)] * 3)
    assert status == 0
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\r", seen)
    lines = [part for part in re.split(r"[\r\n]+", shown) if '"faces"' in part]
    assert [json.loads(line)["error"] for line in lines] == [None] * 3


def test_table_on_a_terminal_begins_where_the_bar_stood(portrait_file):
    seen, status = on_a_terminal("-m", "core", "classify", *[str(portrait_file)] * 3, "--format", "table")
    assert status == 0
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\r", seen)
    assert any(part.startswith("┏") for part in re.split(r"[\r\n]+", shown))
    assert seen.count("happiness") == 3


def test_reader_who_has_seen_enough_ends_the_command_quietly(tmp_path, face):
    for number in range(60):
        (tmp_path / f"{number}.png").write_bytes(encode(face))
    command = f"{sys.executable} -m core classify {tmp_path} --format csv | head -n 1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert result.stdout.startswith("path,")
    assert "pipe" not in result.stderr.lower()
    assert "Usage" not in result.stderr


@pytest.mark.parametrize(("format", "shown"), [("json", "日本.png"), ("table", r"\u65e5\u672c.png")])
def test_any_name_is_written_where_the_terminal_knows_few_letters(tmp_path, face, format, shown):
    (tmp_path / "日本.png").write_bytes(encode(face))
    command = [sys.executable, "-m", "core", "classify", str(tmp_path), "--format", format]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "COLUMNS": "300"}
    result = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert shown in result.stdout.decode()


def test_file_over_the_limit_is_told_so_without_being_read(tmp_path):
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    (record,) = map(json.loads, classify(tmp_path, code=1).stdout.splitlines())
    assert "over the limit of 50 MB" in record["error"]


def test_damaged_models_are_told_so(home):
    shipped = find_bundle("mien-8").folder
    for name in ("a-card", "b-model"):
        shutil.copytree(shipped, home / "models" / name)
    (home / "models" / "a-card" / "card.json").write_text("{}")
    card = json.loads((shipped / "card.json").read_text())
    (home / "models" / "b-model" / "card.json").write_text(json.dumps(card | {"name": "b-model"}))
    (home / "models" / "b-model" / "model.tflite").write_bytes(b"damaged")
    for name, said in (("a-card", "is damaged at name"), ("b-model", "model.tflite is missing or not the")):
        error = classify("x.png", "--model", name, code=2).stderr
        assert said in " ".join(error.replace("│", " ").split())


def test_output_that_is_one_of_the_pictures_is_refused_and_the_picture_kept(tmp_path, portrait_file):
    own = tmp_path / "own.png"
    own.write_bytes(portrait_file.read_bytes())
    result = classify(own, "--output", own, code=2)
    assert "is one of the pictures" in " ".join(result.stderr.replace("│", " ").split())
    assert own.read_bytes() == portrait_file.read_bytes()


def test_hidden_folders_and_files_are_not_searched(tmp_path, portrait_file):
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "a.png").write_bytes(b"")
    (tmp_path / "._b.png").write_bytes(b"what macOS leaves on foreign disks")
    (tmp_path / "b.png").write_bytes(portrait_file.read_bytes())
    assert len(classify(tmp_path).stdout.splitlines()) == 1


def test_folder_behind_a_link_is_searched_once(tmp_path, portrait_file):
    (tmp_path / "asked").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.png").write_bytes(portrait_file.read_bytes())
    (tmp_path / "asked" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "asked")
    assert len(classify(tmp_path / "asked").stdout.splitlines()) == 1
