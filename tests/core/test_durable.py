from core.durable import append_line, replace_text


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
