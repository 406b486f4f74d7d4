"""Schedules: their values at the ends, in between, and beyond."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim import schedules as s

ALL = {
    "constant": s.constant(0.1),
    "exponential_decay": s.exponential_decay(0.1, 0.99),
    "step_decay": s.step_decay(0.1, 30),
    "multistep_decay": s.multistep_decay(0.1, [10, 50]),
    "inverse_time_decay": s.inverse_time_decay(0.1, 0.2),
    "inverse_square_root": s.inverse_square_root(0.1, 20),
    "polynomial": s.polynomial(0.1, 0.01, 60, power=2.0),
    "linear": s.linear(0.1, 0.0, 60),
    "cosine": s.cosine(0.1, 60),
    "cosine_restarts": s.cosine_restarts(0.1, 20, factor=2),
    "piecewise_constant": s.piecewise_constant([0.1, 0.01], [30]),
    "piecewise_linear": s.piecewise_linear({0: 0.0, 10: 0.1, 50: 0.0}),
    "warmup": s.warmup(s.cosine(0.1, 60), 10),
    "one_cycle": s.one_cycle(0.1, 80),
    "cyclic": s.cyclic(0.0, 0.1, 15, 5),
    "join": s.join([s.constant(0.1), s.linear(0.1, 0.0, 10)], [40]),
}


@pytest.mark.parametrize("name", ALL)
def test_schedule_gives_a_finite_rate_within_its_range_at_every_step(name):
    rates = np.array([ALL[name](t) for t in range(200)])
    assert np.isfinite(rates).all() and (rates >= 0).all() and (rates <= 0.1 + 1e-15).all()
    assert rates.max() == pytest.approx(0.1)


def test_every_schedule_is_tested():
    assert set(ALL) == set(s.__all__) - {"Schedule"}


@given(t=st.integers(0, 500), initial=st.floats(1e-5, 1), rate=st.floats(0.5, 1))
def test_exponential_decay_is_the_power(t, initial, rate):
    assert s.exponential_decay(initial, rate)(t) == initial * rate**t
    assert s.exponential_decay(initial, rate, every=10, staircase=True)(t) == initial * rate ** (t // 10)
    assert s.exponential_decay(initial, rate, end=0.1)(t) >= 0.1


def test_total_length_of_decaying_steps_is_the_geometric_series():
    schedule = s.exponential_decay(0.005, 0.99)
    assert math.fsum(schedule(t) for t in range(5000)) == pytest.approx(0.5)


def test_restarts_get_longer():
    schedule = s.cosine_restarts(1.0, 10, factor=2)
    assert [t for t in range(80) if schedule(t) == 1.0] == [0, 10, 30, 70]


def test_cosine_is_half_way_down_in_the_middle_and_stays_at_its_end():
    schedule = s.cosine(1.0, 100, end=0.2)
    np.testing.assert_allclose([schedule(0), schedule(50), schedule(100), schedule(1000)], [1.0, 0.6, 0.2, 0.2])


def test_warmup_leads_into_the_schedule_without_a_jump():
    schedule = s.warmup(s.cosine(1.0, 50), 10, start=0.1)
    assert schedule(0) == 0.1 and schedule(10) == 1.0 and schedule(9) == pytest.approx(0.91)
    assert [schedule(10 + t) for t in range(60)] == [s.cosine(1.0, 50)(t) for t in range(60)]


def test_inverse_square_root_is_greatest_where_the_warmup_ends():
    rates = [s.inverse_square_root(0.3, 16)(t) for t in range(100)]
    assert int(np.argmax(rates)) == 15 and rates[15] == 0.3 and rates[63] == pytest.approx(0.15)


def test_one_cycle_ends_far_below_its_start():
    schedule = s.one_cycle(1.0, 100)
    np.testing.assert_allclose([schedule(0), schedule(30), schedule(100)], [0.04, 1.0, 0.04e-4])


def test_cycles_shrink_where_they_are_told_to():
    schedule = s.cyclic(0.0, 1.0, 2, 3, decay=0.5)
    np.testing.assert_allclose([schedule(t) for t in (0, 2, 5, 7, 12)], [0, 1, 0, 0.5, 0.25])


@pytest.mark.parametrize(
    "make",
    [
        lambda: s.exponential_decay(1.0, 0.0),
        lambda: s.cosine(1.0, 0),
        lambda: s.piecewise_constant([1.0], [3]),
        lambda: s.piecewise_constant([1.0, 2.0, 3.0], [5, 2]),
        lambda: s.piecewise_linear({}),
        lambda: s.one_cycle(1.0, 10, up=1.0),
        lambda: s.cosine_restarts(1.0, 10, factor=0.5),
        lambda: s.warmup(1.0, 0),
    ],
)
def test_schedules_that_make_no_sense_are_refused(make):
    with pytest.raises(ValueError):
        make()
