"""How sure the figures of a course are."""

import numpy as np
import pytest

from core.engagement.bootstrap import block_bootstrap, resample


def test_neighbouring_looks_that_are_alike_count_as_one():
    """An interval from looks drawn one by one would be about three times too narrow here."""
    times = np.arange(0, 120, 0.2)
    values = np.repeat(
        np.random.default_rng(1).normal(size=60), 10
    )  # as faces do, each holds for two seconds
    interval = block_bootstrap(lambda rows, _: float(values[rows].mean()), times)
    expected = 2 * 1.96 * values.std() / np.sqrt(60)
    assert interval.high - interval.low == pytest.approx(expected, rel=0.2)


def test_interval_holds_nineteen_of_twenty_resamples():
    times, values = np.arange(0, 200, 2.0), np.random.default_rng(1).normal(size=100)
    interval = block_bootstrap(lambda rows, _: float(values[rows].mean()), times)
    drawn = resample(lambda rows, _: float(values[rows].mean()), times)
    assert np.mean((drawn >= interval.low) & (drawn <= interval.high)) == pytest.approx(0.95, abs=0.005)


def test_drawn_blocks_stand_one_after_the_other():
    times = np.concatenate([np.arange(5, 15, 0.2), np.arange(40, 47, 0.7)])
    block = np.floor((times - 5) / 2)
    clocks = []

    def watch(rows, clock) -> float:
        clocks.append((rows, clock))
        return 0.0

    block_bootstrap(watch, times)
    assert len(clocks) == 501
    for rows, clock in clocks:
        assert (np.diff(clock) > 0).all()
        within = (np.diff(rows) == 1) & (np.diff(block[rows]) == 0)
        assert np.diff(clock)[within] == pytest.approx(np.diff(times[rows])[within])
    assert any(len(set(rows)) < len(rows) for rows, _ in clocks), "a block may be drawn twice"
