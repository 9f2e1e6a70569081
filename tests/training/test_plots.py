from core.bundles import find_bundle
from training.history.course import Course, Plan
from training.plots import plots_page


def test_page_holds_curves_with_their_marks_and_everything_a_score_says():
    points = [(epoch, float(epoch), 1 / epoch) for epoch in (1, 2, 3)]
    names = ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate")
    course = Course(
        dict.fromkeys(names, points), 0.0, Plan(9, restores_best=True, steps_down=True), "finished"
    )
    page = plots_page(course, find_bundle("ckplus-reference").card)
    for part in (
        "nobody in the test part was seen in training",
        "inner loss",
        "kept",
        "stopped at epoch 3",
        "answered",
        "recall",
        "reliability",
        "risk against",
    ):
        assert part in page
    assert page.count('"dash":"dot","width":1') == 4, "each chart marks where the learning rate fell twice"


def test_page_of_a_run_without_a_model_holds_its_curves():
    assert "inner accuracy" in plots_page(Course({}, 0.0, Plan(), "killed"), None)
