import pytest

from core.durable import append_line, replace_text, staged_file


def test_replaced_file_is_whole_and_leaves_nothing_beside_it(tmp_path):
    for text in ("old", "new"):
        replace_text(tmp_path / "champion", text)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("champion", "new")]


def test_line_is_not_glued_to_one_that_was_cut_short(tmp_path):
    log = tmp_path / "log"
    append_line(log, "one")
    with log.open("a") as file:
        file.write("tw")
    append_line(log, "three")
    assert log.read_text().splitlines() == ["one", "tw", "three"]


def test_two_that_stage_one_file_do_not_meet_and_a_failed_one_leaves_nothing(tmp_path):
    file = tmp_path / "cache"
    with staged_file(file) as first, staged_file(file) as second:
        first.write_text("first")
        second.write_text("second")
    assert file.read_text() == "first"
    with pytest.raises(OSError, match="full"), staged_file(file) as staged:
        staged.write_text("half")
        raise OSError("full")
    assert [one.name for one in tmp_path.iterdir()] == ["cache"]


def replace_whole(path, text):
    with staged_file(path) as staged:
        staged.write_text(text)


@pytest.mark.parametrize("replace", [replace_text, replace_whole])
def test_who_reads_while_a_file_is_replaced_reads_the_old_one_to_its_end(tmp_path, replace):
    (tmp_path / "file").write_text("old")
    with (tmp_path / "file").open() as opened:
        replace(tmp_path / "file", "new")
        assert opened.read() == "old"
    assert (tmp_path / "file").read_text() == "new"
