import pytest

from training.history.course import Course, Mark, Plan, plan_of
from training.recipe import load_recipe

LOSSES = (0.9, 0.5, 0.7, 0.6)


def course(state: str = "finished", plan: Plan | None = None, **curves) -> Course:
    """Four epochs of ten seconds each that ended a minute apart; the inner loss is smallest in the second."""
    known = {"val_loss": LOSSES, "learning_rate": (1e-3, 1e-3, 2e-4, 2e-4), **curves}
    points = {
        name: [(epoch, 60.0 * epoch, value) for epoch, value in enumerate(values, 1)]
        for name, values in known.items()
    }
    return Course(points, 0.0, plan or Plan(epochs=9, restores_best=True, steps_down=True), state)


def test_plan_is_read_from_the_recipes_as_they_are():
    reference, quick = (load_recipe(name).model_dump(mode="json") for name in ("reference", "quick"))
    assert plan_of(reference) == Plan(epochs=100, restores_best=True, steps_down=True)
    assert plan_of(quick) == Plan(epochs=30, restores_best=False, steps_down=False)


def test_recipe_that_ends_early_keeps_the_epoch_of_the_smallest_inner_loss():
    assert course().kept == (2,)
    assert course(val_loss=(float("nan"), 0.8, 0.4, 0.5)).kept == (3,)


def test_recipe_that_averages_its_weights_keeps_the_last_epoch():
    assert course(plan=Plan(epochs=4)).kept == (4,)


def test_marks_name_the_epoch_that_was_kept_the_stop_and_where_the_learning_rate_fell():
    assert course().marks == (Mark(3), Mark(2, "kept"), Mark(4, "stopped at epoch 4"))


def test_training_that_goes_on_has_kept_nothing_yet():
    assert course("running").marks == (Mark(3), Mark(2, "best so far"))
    assert course("running", Plan(epochs=9)).marks == ()


def test_training_that_came_to_its_last_epoch_did_not_stop_early():
    assert course(plan=Plan(epochs=4)).marks == (Mark(4, "kept"),)
    assert course("killed", Plan(epochs=9)).marks == (Mark(4, "stopped at epoch 4"),)


def test_each_of_several_networks_keeps_an_epoch_of_its_own():
    """Of the first the third, of the second, which is epochs 5 to 8, the one before it stopped."""
    losses = (0.9, 0.5, 0.4, 0.6, 0.8, 0.3, 0.7)
    plan = Plan(epochs=8, members=2, restores_best=True)
    two = course(plan=plan, val_loss=losses, learning_rate=(1e-3,) * 7)
    assert two.kept == (3, 6)
    assert two.marks == (Mark(3, "kept"), Mark(6, "kept"), Mark(7, "stopped at epoch 7"))
    averaged = course("running", Plan(epochs=8, members=2), val_loss=losses, learning_rate=(1e-3,) * 7)
    assert (averaged.kept, averaged.marks) == ((4, 7), ())


def test_time_leaves_pauses_out_where_epochs_were_timed():
    assert course(seconds=(10.0, 10.0, 10.0, 10.0)).elapsed == {1: 10, 2: 20, 3: 30, 4: 40}


def test_time_counts_from_the_start_where_they_were_not():
    assert course().elapsed == {1: 60, 2: 120, 3: 180, 4: 240}


def test_training_without_an_epoch_has_no_marks():
    nothing = Course({}, 0.0, Plan(), "killed")
    assert (nothing.kept, nothing.marks, nothing.elapsed) == ((), (), {})


@pytest.mark.parametrize(("said", "planned"), [({}, 5), ({"members": None}, 5), ({"members": 3}, 15)])
def test_epochs_of_all_networks_are_planned(said, planned):
    assert plan_of({"epochs": 5} | said).epochs == planned


@pytest.mark.parametrize("said", ["many", None, 3.5])
def test_setting_that_is_no_number_of_epochs_is_not_believed(said):
    assert plan_of({"epochs": said}).epochs is None
