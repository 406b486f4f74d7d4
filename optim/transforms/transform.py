"""What turns gradients into steps: transforms of a vector, and their use on any tree of parameters."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..layout import Layout
from .loss import loss_of_tree
from .saved import plain, put_back

__all__ = ["OptimizerState", "Transform", "Workspace"]


class Workspace:
    """What transforms share besides the vector they change.

    layout         which part of the vectors belongs to which leaf of the parameters
    size, dtype    of the vectors
    x              the parameters, shape (n,), where a transform of the chain `needs_x`, else None
    value          the loss at x, where one `needs_value`
    loss           the loss as a function, a `Loss`, where one `needs_loss`
    learning_rate  the rate of the last step; before the first, that of the first. nan where none is used
    groups         the same for each group of parameters, by its name, where there are groups
    """

    __slots__ = ("_scratch", "dtype", "groups", "layout", "learning_rate", "loss", "size", "value", "x")

    def __init__(self, layout: Layout, dtype: Any = None):
        self.layout, self.size, self.dtype = layout, layout.size, np.dtype(dtype or layout.dtype)
        self.x: Any = None
        self.value: float = float("nan")
        self.loss: Any = None
        self.learning_rate = float("nan")
        self.groups: dict[str, float] = {}
        self._scratch: list[np.ndarray] = []

    def zeros(self) -> np.ndarray:
        return np.zeros(self.size, self.dtype)

    def scratch(self, index: int = 0) -> np.ndarray:
        """The vector of that number for intermediate results; whatever is in it may be overwritten by anyone."""
        while len(self._scratch) <= index:
            self._scratch.append(np.empty(self.size, self.dtype))
        return self._scratch[index]

    def __deepcopy__(self, memo):  # intermediate results are no part of a state
        twin = Workspace(self.layout, self.dtype)
        twin.learning_rate, twin.groups = self.learning_rate, dict(self.groups)
        return twin


class Transform:
    """A map from gradients to steps, with a state: the unit of which optimizers are made.

    A subclass defines `start` and `apply`, on flat vectors:

        start(workspace)           -> state, a dict of arrays and numbers
        apply(u, state, workspace)    changes u, shape (n,), in place: gradient in, step out; and the state too

    The state and the intermediate results live in vectors made once, so that a step allocates nothing. `needs_x`,
    `needs_value`, `needs_loss` say what `workspace` must hold besides. A transform that keeps better parameters than
    those it steps through, such as an average, defines `evaluation` too.

    Everybody else uses the transform on a tree of parameters, such as a model: `init`, then `step` again and again.
    """

    needs_x = needs_value = needs_loss = False
    name = ""

    def start(self, workspace: Workspace) -> Any:
        return {}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        raise NotImplementedError(f"{type(self).__name__} must define apply")

    def evaluation(self, state: Any, x: np.ndarray, workspace: Workspace) -> np.ndarray:
        """The parameters to use once training is done, where it stands at x."""
        return x

    # -- on trees ------------------------------------------------------------------------------------------------------

    def init(self, params: Any) -> OptimizerState:
        """The state before the first step."""
        workspace = Workspace(Layout(params, "params"))
        return OptimizerState(workspace, self.start(workspace), workspace.zeros(), 0)

    def update(
        self,
        grads: Any,
        state: OptimizerState,
        params: Any,
        *,
        value: float | None = None,
        loss: Callable[[Any], Any] | None = None,
    ) -> tuple[Any, OptimizerState]:
        """(step, new state): what to add to the parameters. The old state stays as it was.

        grads, params  trees of the structure and shapes that `init` was given
        value          the loss at params; for methods that need it, such as `polyak_sgd`
        loss           the loss as a function of a tree like params, the one of this step's mini-batch; for methods that
                       evaluate it again, such as `sam`, or its Hessian, such as `sophia`
        """
        state = state.copy()
        self._advance(grads, state, params, value, loss)
        return state.workspace.layout.unravel(state.u), state

    def step(
        self,
        grads: Any,
        state: OptimizerState,
        params: Any,
        *,
        value: float | None = None,
        loss: Callable[[Any], Any] | None = None,
    ) -> tuple[Any, OptimizerState]:
        """(new parameters, new state). Nothing given is changed. The arguments are those of `update`.

        >>> import optim
        >>> opt = optim.sgd(0.1)
        >>> params = {"w": np.array([1.0, 2.0]), "b": 0.5}
        >>> opt.step({"w": np.array([1.0, 1.0]), "b": 1.0}, opt.init(params), params)[0]
        {'b': 0.4, 'w': array([0.9, 1.9])}
        """
        state = state.copy()
        self._advance(grads, state, params, value, loss)
        layout = state.workspace.layout
        x = state.workspace.scratch(0)
        layout.gather(params, x, "params", "init's params")
        x += state.u
        return layout.unravel(x), state

    def step_(
        self,
        grads: Any,
        state: OptimizerState,
        params: Any,
        *,
        value: float | None = None,
        loss: Callable[[Any], Any] | None = None,
    ) -> tuple[Any, OptimizerState]:
        """The same in place: writes the new parameters into the arrays of `params`, and changes the state.

        Raises TypeError where a parameter is a Python number, which cannot be written to.
        """
        leaves = state.workspace.layout.leaves(params, "params", "init's params")
        for leaf in leaves:
            if not isinstance(leaf, np.ndarray) or leaf.dtype.kind != "f":
                kind = f"an array of {leaf.dtype}" if isinstance(leaf, np.ndarray) else f"a {type(leaf).__name__}"
                raise TypeError(
                    f"step_ writes into arrays of floats, but params has a leaf that is {kind}; "
                    "make it an array of floats, or use step"
                )
        self._advance(grads, state, params, value, loss)
        for leaf, change in zip(leaves, state.views, strict=True):
            leaf += change
        return params, state

    def eval_params(self, state: OptimizerState, params: Any) -> Any:
        """The parameters to evaluate, where training stands at `params`: an average where the method keeps one.

        >>> import optim
        >>> opt = optim.ema(optim.sgd(1.0), decay=0.5)
        >>> params = np.array([4.0])
        >>> state = opt.init(params)
        >>> for _ in range(2):
        ...     params, state = opt.step(np.array([2.0]), state, params)
        >>> params, opt.eval_params(state, params)
        (array([0.]), array([1.]))
        """
        workspace = state.workspace
        x = workspace.layout.gather(params, workspace.zeros(), "params", "init's params")
        return workspace.layout.unravel(self.evaluation(state.inner, x, workspace))

    def _advance(self, grads, state, params, value, loss):
        workspace = state.workspace
        layout = workspace.layout
        layout.fill(state.views, layout.leaves(grads, "grads", "params"))
        if self.needs_x or self.needs_loss:
            workspace.x = workspace.layout.gather(params, state.buffer_of_x(), "params", "init's params")
        if self.needs_loss:
            if loss is None:
                raise TypeError(f"{self.name} evaluates the loss; give it, step(..., loss=lambda params: ...)")
            workspace.loss = loss_of_tree(loss, workspace.layout)
        if self.needs_value:
            if value is None and loss is None:
                raise TypeError(f"{self.name} needs the value of the loss at params; give it, step(..., value=...)")
            workspace.value = float(loss(params) if value is None else value)
        self.apply(state.u, state.inner, workspace)
        if state.scale != 1.0:
            state.u *= state.scale
        state.count += 1


@dataclass
class OptimizerState:
    """The state of a transform at work on a tree of parameters.

    workspace  what the transforms share
    inner      the state of the transform: for a chain, one for each part
    u          the last step, shape (n,)
    count      steps taken
    scale      what every step is multiplied by: to be set between steps, where a rate falls for a reason that no
               schedule knows
    """

    workspace: Workspace
    inner: Any
    u: np.ndarray
    count: int
    scale: float = 1.0

    def __post_init__(self):
        self.views = self.workspace.layout.views(self.u)

    @property
    def learning_rate(self) -> float:
        """The rate of the last step; before the first, that of the first. nan where the chain has none."""
        return self.workspace.learning_rate * self.scale

    @property
    def learning_rates(self) -> dict[str, float]:
        """The rates of the groups of parameters, by their names; one rate named "" where there are no groups."""
        rates = dict(self.workspace.groups) or {"": self.workspace.learning_rate}
        return {name: rate * self.scale for name, rate in rates.items()}

    def copy(self) -> OptimizerState:
        inner = copy.deepcopy(self.inner)
        return OptimizerState(copy.deepcopy(self.workspace), inner, self.u.copy(), self.count, self.scale)

    def export(self) -> dict[str, Any]:
        """The state as plain data: dicts, lists and tuples of arrays, numbers and generators, none of them copied.

        >>> import optim
        >>> opt = optim.momentum(0.1)
        >>> state = opt.init(np.zeros(2))
        >>> _, state = opt.step(np.ones(2), state, np.zeros(2))
        >>> again = opt.init(np.zeros(2))
        >>> again.restore(state.export())
        >>> again.count, again.inner[0]["v"]
        (1, array([1., 1.]))
        """
        saved = {"count": self.count, "scale": self.scale, "inner": plain(self.inner)}
        return saved | {"learning_rate": self.workspace.learning_rate, "groups": dict(self.workspace.groups)}

    def restore(self, saved: dict[str, Any]) -> None:
        """Puts what `export` gave into a state that `init` has made; the next step is then what it would have been."""
        self.count, self.scale = saved["count"], saved["scale"]
        self.inner = put_back(self.inner, copy.deepcopy(saved["inner"]))
        self.workspace.learning_rate, self.workspace.groups = saved["learning_rate"], dict(saved["groups"])

    def buffer_of_x(self) -> np.ndarray:
        if self.workspace.x is None:
            self.workspace.x = self.workspace.zeros()
        return self.workspace.x

    def __repr__(self):
        return (
            f"OptimizerState(count={self.count}, learning_rate={self.learning_rate:.6g}, "
            f"{self.workspace.size} parameters of {self.workspace.dtype})"
        )
