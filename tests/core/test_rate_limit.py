"""How often somebody may do something."""

import pytest

from core.rate_limit import RateLimit

SLOW = 1e-3
"""Calls a second: none comes back while a test runs."""


def test_each_caller_has_calls_of_their_own():
    limit = RateLimit()
    waits = [limit.take(caller, SLOW, 2) for caller in ("ada", "ada", "ada", "ben")]
    assert [bool(wait) for wait in waits] == [False, False, True, False]


def test_refused_call_makes_nobody_wait_longer():
    limit = RateLimit()
    limit.take("ada", SLOW, 1)
    first, *_, last = [limit.take("ada", SLOW, 1) for _ in range(50)]
    assert last <= first <= 1 / SLOW


def test_calls_come_back_with_time_up_to_as_many_as_there_were(monkeypatch):
    limit, now = RateLimit(), [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    for seconds, wait in ((0, 0), (0, 0), (0, 2), (1, 1), (2, 0), (1000, 0), (1000, 0), (1000, 2)):
        now[0] = seconds
        assert limit.take("ada", 0.5, 2) == pytest.approx(wait)


def test_forgotten_caller_has_all_calls_back():
    limit = RateLimit()
    for _ in range(3):
        limit.take("ada", SLOW, 3)
    limit.forget("ada")
    limit.forget("nobody")
    assert [limit.take("ada", SLOW, 3) for _ in range(3)] == [0, 0, 0]


def test_of_very_many_callers_those_who_called_last_are_remembered(monkeypatch):
    monkeypatch.setattr("core.rate_limit.CALLERS", 2)
    limit = RateLimit()
    for caller in ("ada", "ben", "cleo"):
        limit.take(caller, SLOW, 1)
    assert limit.take("cleo", SLOW, 1) > 0
    assert limit.take("ada", SLOW, 1) == 0
