"""A trust-region method whose quadratic model is learnt from values alone."""

from __future__ import annotations

import math

import numpy as np

from ..bounds import Bounds
from ..errors import UnknownOptionError
from ..objective import Objective
from ..status import Status
from ..value_method import ValueMethod
from .interpolation import Quadratic, lagrange_polynomials, least_change, minimise_in_box

__all__ = ["quadratic_model"]

_FEW = 12  # variables, up to which all second differences are worth an end that is right
_DIFFERENCE = 1e-4  # of f, by which it is to change in these, or else their step in scaled variables
_PROBES = (1e-2, 1e-3, 1e-4, 1e-5)  # steps along the valley that they show
_SEEN = 1e-7  # of f: a decrease that speaks against an end
_PROGRESS = 0.05  # of f, to be made between two such objections
_CHANCES = 10  # objections without that, before the run is given up


class QuadraticModel(ValueMethod):
    """m points, a quadratic through them, and two radii: Δ bounds the step, ρ ≤ Δ says how fine the model is now.

    An iteration evaluates one point, or lowers ρ. All is in scaled variables z; the base is the lowest of the points.
    """

    name = "quadratic_model"
    columns = ("radius", "resolution")
    tol = 1e-8

    def __init__(self, radius: float, points: int | None):
        self.first_radius, self.count = radius, points

    def max_iter(self, n: int) -> int:
        return 2000 * n

    radius = resolution = math.nan

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        n = x.size
        m = 2 * n + 1 if self.count is None else self.count
        if not n + 2 <= m <= (n + 1) * (n + 2) // 2:
            raise UnknownOptionError(f"points={m}; for {n} variables give from {n + 2} to {(n + 1) * (n + 2) // 2}")

    def prepare(self, objective: Objective) -> None:
        n = self.x.size
        self._scales = np.maximum(1.0, np.abs(self.x))
        self._box = Bounds(np.full(n, -np.inf), np.full(n, np.inf))
        if self.bounds is not None:
            self._box = Bounds(self.bounds.lower / self._scales, self.bounds.upper / self._scales)
        widths = self._box.width[self._box.width > 0]
        self.radius = self.resolution = float(min(self.first_radius, 0.4 * widths.min(initial=np.inf)))
        self._points = self._first_points(self.x / self._scales, 2 * n + 1 if self.count is None else self.count)
        self._values = np.array([self.fun])
        for point in self._points[1:]:
            self._values = np.append(self._values, self._value(objective, point))
        self._best = int(self._values.argmin())
        self._model = Quadratic(0.0, np.zeros(n), np.zeros((n, n)))
        self._refit()
        self._improve_geometry = False
        self._chances, self._level = _CHANCES, self.fun

    def move(self, objective: Objective) -> Status | None:
        if self.resolution <= 8 * objective.layout.epsilon * np.abs(self._base).max():
            return Status.PRECISION_LIMIT
        if not self._chances:
            return Status.VALLEY
        far = int(self._distances().argmax())
        if self._improve_geometry:
            self._improve_geometry = False
            if self._distances()[far] > 2 * max(self.radius, self.resolution):
                self._move(objective, far)
                return None
        s = minimise_in_box(self._model, *self._region(self.radius))
        length = float(np.abs(s).max())
        if length < 0.5 * self.resolution:  # the model sees no way to go at this resolution
            if self._distances()[far] > 2 * self.resolution:
                self._move(objective, far)
            else:
                self._refine()
            return None
        z = self._box.clip(self._base + s)
        before, foreseen = self.fun, float(self._model(np.zeros(s.size)) - self._model(s))
        value = self._value(objective, z)
        ratio = (before - value) / foreseen if foreseen > 0 else -1.0
        if ratio > 0.7:
            self.radius = max(self.radius, 2 * length)
        elif ratio < 0.1:
            self.radius = max(0.5 * min(self.radius, length), self.resolution)
        self._replace(self._dispensable(z, value < before), z, value)
        if ratio < 0.1:
            distances = self._distances()
            if distances.max() > 2 * max(self.radius, self.resolution):
                self._improve_geometry = True
            elif ratio <= 0 and max(self.radius, length) <= self.resolution:
                self._refine()
        return None

    def spread(self) -> float:
        """ρ."""
        return self.resolution

    def confirms(self, objective, tol):
        """Whether f is no lower a little way along its valley, the eigenvector of ∇²f in which it is flattest.

        Where f falls along a valley that is narrow, steps in all other directions lead up, so that ρ has shrunk; and
        the model need not know the valley, for it has fewer points than a quadratic has coefficients.
        """
        if self._base.size > _FEW:
            return True
        valley, before = self._flattest(objective), self.fun
        bar = max(tol * tol, _SEEN * abs(before))
        for reach in _PROBES:
            for step in (reach * valley, -reach * valley):
                z = self._box.clip(self._base + step)
                value = self._value(objective, z)
                if before - value > bar:
                    self._replace(self._dispensable(z, True), z, value)
                    self.radius = self.resolution = reach
                    has_progressed = self._level - value > _PROGRESS * abs(self._level)
                    self._chances = _CHANCES if has_progressed else self._chances - 1
                    self._level = value if has_progressed else self._level
                    return False
        return True

    def _flattest(self, objective):
        """The direction of the valley, by second differences; n (n + 3) / 2 evaluations."""
        n, z, fun = self._base.size, self._base.copy(), self._values[self._best]
        curvatures = np.maximum(np.abs(np.diagonal(self._model.H)), 1e-300)
        h = np.minimum(np.sqrt(2 * _DIFFERENCE * abs(fun) / curvatures), _DIFFERENCE)
        h = np.maximum(h, 100 * objective.layout.epsilon * np.maximum(np.abs(z), 1e-3 * np.abs(z).max()) + 1e-300)
        steps = np.diag(np.where(z + h > self._box.upper, -h, h))
        ahead = np.array([self._value(objective, self._box.clip(z + s)) for s in steps])
        H = np.empty((n, n))
        for i in range(n):
            behind = self._value(objective, self._box.clip(z - steps[i]))
            H[i, i] = ahead[i] + behind - 2 * fun
            for j in range(i):
                both = self._value(objective, self._box.clip(z + steps[i] + steps[j]))
                H[i, j] = H[j, i] = both - ahead[i] - ahead[j] + fun
        scaled = np.diagonal(steps)
        eigenvalues, Q = np.linalg.eigh(H / np.outer(scaled, scaled))
        return Q[:, np.abs(eigenvalues).argmin()]

    def _first_points(self, z, m):
        """z, steps of ρ up and down each coordinate, and then of pairs of coordinates, shape (m, n)."""
        n, rho = z.size, self.resolution
        signs = np.where(z + rho > self._box.upper, -1.0, 1.0)
        steps = np.vstack([np.zeros(n), rho * np.diag(signs), -rho * np.diag(signs)])
        outside = (z + steps < self._box.lower) | (z + steps > self._box.upper)
        steps = np.where(outside, -2 * steps, steps)  # at a bound, both steps go inwards
        pairs = [(i, j) for i in range(n) for j in range(i)]
        more = [steps[1 + i] + steps[1 + j] for i, j in pairs[: max(0, m - 2 * n - 1)]]
        return self._box.clip(z + np.vstack([steps, *more])[:m])

    def _refine(self):
        self.radius = max(0.5 * self.radius, 0.1 * self.resolution)
        self.resolution *= 0.1

    def _move(self, objective, k):
        """Replaces point k by one near x that keeps the points in general position: where its Lagrange polynomial is
        large."""
        reach = max(min(0.1 * float(self._distances()[k]), 0.5 * self.radius), self.resolution)
        polynomial = lagrange_polynomials(self._points - self._base)[k]
        box = self._region(reach)
        steps = [minimise_in_box(polynomial, *box), minimise_in_box(-polynomial, *box)]
        s = max(steps, key=lambda step: abs(polynomial(step)))
        z = self._box.clip(self._base + s)
        self._replace(k, z, self._value(objective, z))

    def _dispensable(self, z, is_lower):
        """The point to give up for z: far away, and with a Lagrange polynomial that is large at z."""
        polynomials = lagrange_polynomials(self._points - self._base)
        sizes = np.abs([polynomial(z - self._base) for polynomial in polynomials])
        distances = np.abs(self._points - (z if is_lower else self._base)).max(axis=1)
        merit = sizes * np.maximum(1.0, distances / max(0.1 * self.radius, self.resolution)) ** 3
        if not is_lower:
            merit[self._best] = -1.0
        return int(merit.argmax())

    def _replace(self, k, z, value):
        self._points[k], self._values[k] = z, value
        best = int(self._values.argmin())
        shift = self._points[best] - self._base
        if shift.any():  # the model is of steps from the best point
            q = self._model
            self._model = Quadratic(float(q(shift)), q.g + q.H @ shift, q.H)
        self._best = best
        self._refit()

    def _refit(self):
        self._base = self._points[self._best].copy()
        self._model = least_change(self._model, self._points - self._base, self._values)

    def _distances(self):
        return np.abs(self._points - self._base).max(axis=1)

    def _region(self, reach):
        return np.maximum(-reach, self._box.lower - self._base), np.minimum(reach, self._box.upper - self._base)

    def _value(self, objective, z):
        x = z * self._scales
        x = x if self.bounds is None else self.bounds.clip(x)
        value = objective.value(x)
        self.improve(x, value)
        if math.isfinite(value):
            return value
        return float(self._values.max() + max(1.0, np.ptp(self._values)))  # a wall, that a model can be put through


def quadratic_model(radius: float = 0.1, points: int | None = None) -> QuadraticModel:
    """Minimisation of a quadratic model of the values, in a region where it is trusted: few evaluations, no gradient.

        q(x_k) = f(x_k), k = 1..m, with the least change of ∇²q in Frobenius' norm;    s = argmin q, ‖s‖∞ ≤ Δ
        f(x + s) takes the place of a point far away;  Δ grows and shrinks with (f(x) - f(x + s)) / (q(0) - q(s))

    radius  the first Δ and ρ, of variables that are scaled by max(1, |x0ᵢ|)
    points  m, from n + 2 to (n + 1)(n + 2)/2; by default 2n + 1

    It ends where the resolution ρ is within `tol`: where no step of that size, in the scaled variables, is seen to
    gain anything, nor larger ones along the direction in which f is flattest. Bounds bound every evaluated point. Each
    evaluation costs O((m + n)³) operations, so it is meant for expensive objectives of up to some dozens of variables.

    Source: in the manner of Powell 2006, The NEWUOA software for unconstrained optimization without derivatives, and
    2009, The BOBYQA algorithm. The region is a box here, and the linear systems are solved anew each time.

    >>> import optim
    >>> res = optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "quadratic_model")
    >>> res.x.round(6), res.nfev < 250
    (array([1., 1.]), True)
    """
    if not radius > 0:
        raise UnknownOptionError(f"radius={radius!r}; give a positive number")
    return QuadraticModel(radius, points)
