"""Particle swarm: particles that are drawn to where they, and their neighbours, have been lowest."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnknownOptionError, near_matches
from ..objective import Objective
from ..status import Status
from ..value_method import ValueMethod, checked_generator
from .box import latin_hypercube, required_box

__all__ = ["particle_swarm"]

TOPOLOGIES = ("ring", "all")
_SMALL = 1e-12  # a change of the mean of all lowest values, relative to max(1, |mean|)


class ParticleSwarm(ValueMethod):
    """Positions, velocities, and the lowest place of each particle. An iteration moves all particles once."""

    name = "particle_swarm"
    columns = ("diversity",)

    def __init__(self, particles, topology, inertia, own, social, patience, rng):
        self.patience = patience
        self.particles, self.topology = particles, topology
        self.inertia, self.own, self.social, self.rng = inertia, own, social, rng

    def max_iter(self, n: int) -> int:
        return 2000 * n

    diversity = math.nan  # the same as the spread, for the history

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        self._box = required_box(self.bounds, self.name)

    def prepare(self, objective: Objective) -> None:
        box = self._box
        self._x = latin_hypercube(self.particles, box, self.rng)  # (N, n)
        self._x[0] = self.x
        anywhere = box.lower + self.rng.random(self._x.shape) * box.width
        self._v = (anywhere - self._x) / 2
        self._values = np.array([self.fun] + [_value(objective, particle) for particle in self._x[1:]])
        self._lowest = self._x.copy()
        self._settled_mean, self._idle = math.inf, 0
        self._take_the_best()

    def move(self, objective: Objective) -> Status | None:
        if np.ptp(self._values) <= 4 * objective.layout.epsilon * abs(self.fun):
            return Status.PRECISION_LIMIT
        if self._has_settled():
            return Status.SMALL_CHANGE
        own, social = self.rng.random((2, *self._x.shape))
        self._v = (
            self.inertia * self._v
            + self.own * own * (self._lowest - self._x)
            + self.social * social * (self._lowest[self._leaders()] - self._x)
        )
        moved = self._x + self._v
        self._x = self._box.clip(moved)
        self._v = np.where(self._x == moved, self._v, -0.5 * self._v)  # off the wall, with half the speed
        values = np.array([_value(objective, particle) for particle in self._x])
        lower = values < self._values
        self._lowest = np.where(lower[:, None], self._x, self._lowest)
        self._values = np.where(lower, values, self._values)
        self._take_the_best()
        return None

    def spread(self) -> float:
        """The largest standard deviation of a variable over the particles' lowest places, relative to the box."""
        width = np.where(self._box.width > 0, self._box.width, 1.0)
        return float((self._lowest.std(axis=0) / width).max())

    def _has_settled(self):
        """Whether the mean of the lowest values has hardly changed for long: in several equal minima, say."""
        mean = float(self._values.mean())
        if not self._settled_mean - mean <= _SMALL * max(1.0, abs(mean)):  # inf - inf is nan
            self._settled_mean, self._idle = mean, 0
        self._idle += 1
        if self._idle <= self.patience:
            return False
        self.remark = f"The particles' lowest values have hardly changed for {self.patience} iterations."
        return True

    def _leaders(self):
        """Whom each particle follows: the best of all, or of itself and its two neighbours on a ring."""
        if self.topology == "all":
            return np.full(self.particles, self._values.argmin())
        around = (np.arange(self.particles)[:, None] + [-1, 0, 1]) % self.particles
        return around[np.arange(self.particles), self._values[around].argmin(axis=1)]

    def _take_the_best(self):
        best = int(self._values.argmin())
        self.improve(self._lowest[best].copy(), float(self._values[best]))
        self.diversity = self.spread()


def _value(objective, x):
    value = objective.value(x.copy())
    return value if value == value else np.inf


def particle_swarm(
    particles: int = 40,
    topology: str = "ring",
    inertia: float = 0.729844,
    own: float = 1.49618,
    social: float = 1.49618,
    patience: int = 100,
    rng: np.random.Generator | None = None,
) -> ParticleSwarm:
    """A particle swarm in a box; asks for finite bounds.

        v ← w v + c₁ r₁ (p - x) + c₂ r₂ (l - x),    x ← x + v

    with p the lowest place of the particle, l that of its neighbourhood, and r₁, r₂ uniform in [0, 1], one for each
    coordinate.

    particles  how many
    topology   "ring": each knows its two neighbours, which takes longer and finds more; "all": each knows all
    inertia    w; own, social: c₁, c₂. By default Clerc and Kennedy's constriction, which makes the swarm contract
    patience   it also ends after so many iterations in which the mean of the lowest values fell by less than 1e-12,
               relative to max(1, |mean|): neighbourhoods may settle in different minima for good
    rng        a numpy.random.Generator; by default one that is seeded with 0

    It ends where the lowest places are within `tol`, relative to the widths of the box, or their values equal to
    rounding.

    Source: Kennedy and Eberhart 1995; Clerc and Kennedy 2002; Bratton and Kennedy 2007 for the defaults.

    >>> import optim
    >>> res = optim.minimize(optim.problems.rastrigin, np.array([3.2, -2.1]), "particle_swarm", bounds=[(-5, 5)] * 2)
    >>> res.success, res.x.round(6) + 0
    (True, array([0., 0.]))
    """
    if particles < 3:
        raise UnknownOptionError(f"particles={particles}; give three or more")
    if topology not in TOPOLOGIES:
        raise UnknownOptionError(
            f"topology={topology!r}{near_matches(topology, TOPOLOGIES) or ';'} give one of {[*TOPOLOGIES]}"
        )
    return ParticleSwarm(particles, topology, inertia, own, social, patience, checked_generator(rng))
