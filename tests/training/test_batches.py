from dataclasses import replace

import keras
import numpy as np
import pytest

from tests.training.conftest import make_crops, make_recipe
from training.batches import EpochBatches, Mixup, ResidentCrops, draw_odds

DATA = make_crops(6)


def epoch_of(batches, epoch=0):
    first = epoch * batches.steps
    return np.concatenate([batches[first + i][0]["rows"] for i in range(batches.steps)])


def test_every_row_comes_once_an_epoch_in_another_order():
    batches = EpochBatches(DATA, DATA.targets, make_recipe(), seed=1)
    first, second = epoch_of(batches), epoch_of(batches, 1)
    assert sorted(first[:, 0]) == sorted(second[:, 0]) == list(range(len(DATA)))
    assert not np.array_equal(first, second)


def test_epoch_is_the_same_however_it_was_reached():
    walked, jumped = (EpochBatches(DATA, DATA.targets, make_recipe(mixup=0.4), seed=1) for _ in range(2))
    for epoch in range(3):
        epoch_of(walked, epoch)
    jumped.first_epoch = 3
    assert np.array_equal(epoch_of(walked, 3), epoch_of(jumped))
    assert np.array_equal(walked[3 * walked.steps][1], jumped[0][1])


def test_last_batch_of_an_epoch_holds_what_is_left():
    batches = EpochBatches(DATA, DATA.targets, make_recipe(batch_size=16), seed=1)
    sizes = [len(batches[i][1]) for i in range(2 * batches.steps)]
    assert sizes == [16, 16, 16, 6] * 2
    assert sum(sizes) == 2 * len(DATA)


def test_few_crops_that_are_left_join_the_last_batch():
    batches = EpochBatches(DATA, DATA.targets, make_recipe(batch_size=17), seed=1)
    assert [len(batches[i][1]) for i in range(2 * batches.steps)] == [17, 17, 20] * 2
    few = EpochBatches(DATA.take(np.arange(3)), DATA.targets[:3], make_recipe(batch_size=17), seed=1)
    assert [len(few[i][1]) for i in range(2)] == [3, 3]


def test_mixed_targets_follow_the_shares():
    batches = EpochBatches(DATA, DATA.targets, make_recipe(mixup=0.4), seed=1)
    inputs, targets = batches[0]
    rows, shares = inputs["rows"], inputs["shares"]
    expected = shares * DATA.targets[rows[:, 0]] + (1 - shares) * DATA.targets[rows[:, 1]]
    assert np.allclose(targets, expected)


def test_smoothed_targets_still_sum_to_one():
    _, targets = EpochBatches(DATA, DATA.targets, make_recipe(label_smoothing=0.1), seed=1)[0]
    assert np.allclose(targets.sum(axis=1), 1)
    assert targets.min() == pytest.approx(0.1 / 9)


def test_full_balance_draws_each_class_alike():
    data = DATA.take(np.r_[np.flatnonzero(DATA.labels == 0), np.flatnonzero(DATA.labels == 4)[:3]])
    odds = draw_odds(data, make_recipe(balance=1.0))
    assert odds[data.labels == 0].sum() == pytest.approx(0.5)
    plain = draw_odds(data, make_recipe())
    assert plain == pytest.approx(np.full(len(data), 1 / len(data)))


def test_source_weight_draws_its_rows_more_often():
    sources = DATA.sources.astype(object)
    sources[::2] = "other"
    data = replace(DATA, sources=sources.astype(str))
    odds = draw_odds(data, make_recipe(source_weights={DATA.sources[0]: 3.0, "other": 9.0, "absent": 5.0}))
    assert odds.sum() == pytest.approx(1)
    assert odds[::2] == pytest.approx(3 * odds[1])


def test_resident_crops_hand_out_the_rows_asked_for():
    layer = ResidentCrops(DATA.crops)
    rows = np.array([[3, 1], [0, 3]], np.int32)
    assert np.array_equal(keras.ops.convert_to_numpy(layer(rows)), DATA.crops[[3, 1, 0, 3]])


def test_crops_are_no_part_of_a_checkpoint(tmp_path):
    rows = keras.Input((1,), dtype="int32")
    model = keras.Model(rows, ResidentCrops(DATA.crops)(rows))
    model.save_weights(tmp_path / "a.weights.h5")
    assert (tmp_path / "a.weights.h5").stat().st_size < 20_000


def test_mixup_blends_neighbours():
    crops = np.stack([np.full((48, 48, 1), v, np.float32) for v in (0, 100, 50, 10)])
    mixed = keras.ops.convert_to_numpy(Mixup()(crops, np.float32([[0.25], [1.0]])))
    assert mixed[0] == pytest.approx(75)
    assert mixed[1] == pytest.approx(50)
