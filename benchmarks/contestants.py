"""Who takes part: this library and its peers, each spoken to in its own words.

A workload writes its function once as `objective(np)`, a factory that takes the contestant's NumPy-like namespace,
or once more for a contestant whose idiom differs. A contestant turns that function and plain arguments into two
things to time: the function alone, and the function with its gradient with respect to every argument. Conversion
of the arguments is not timed.
"""

import importlib
import importlib.metadata
from collections.abc import Callable
from typing import Any

from benchmarks import threads

Call = Callable[[], Any]


class Contestant:
    """One library. `name` is its column, `package` what `pip install` calls it, `namespace` its NumPy."""

    name: str
    package: str
    module: str

    def __init__(self) -> None:
        self.library = importlib.import_module(self.module)
        self.namespace: Any = importlib.import_module("numpy")

    @property
    def version(self) -> str:
        return getattr(self.library, "__version__", "of this checkout")

    def function(self, f: Callable[..., Any], arguments: tuple[Any, ...]) -> Call:
        """A call of `f` alone, nothing recorded."""
        return lambda: f(*arguments)

    def gradient(self, f: Callable[..., Any], arguments: tuple[Any, ...]) -> Call:
        """A call that returns `(f(*arguments), gradients)`, one gradient per argument."""
        raise NotImplementedError


class Autodiff(Contestant):
    """This library on plain NumPy code; its function alone is NumPy's."""

    name, package, module = "autodiff", "dualtape", "autodiff"

    def gradient(self, f, arguments):
        value_and_gradient = self.library.value_and_grad(f, argnums=tuple(range(len(arguments))))
        return lambda: value_and_gradient(*arguments)


class Autograd(Contestant):
    name, package, module = "autograd", "autograd", "autograd"

    def __init__(self) -> None:
        super().__init__()
        self.namespace = importlib.import_module("autograd.numpy")

    @property
    def version(self) -> str:
        return importlib.metadata.version("autograd")

    def gradient(self, f, arguments):
        value_and_gradient = self.library.value_and_grad(f, argnum=tuple(range(len(arguments))))
        return lambda: value_and_gradient(*arguments)


class PyTorch(Contestant):
    """float64 leaves made before the clock starts; `torch.autograd.grad`, so that no `.grad` accumulates."""

    name, package, module = "PyTorch", "torch", "torch"

    def __init__(self) -> None:
        super().__init__()
        self.namespace = self.library
        self.library.set_num_threads(threads.THREADS)

    def tensors(self, arguments: Any, requires_grad: bool) -> Any:
        def convert(leaf):
            return self.library.tensor(leaf, dtype=self.library.float64, requires_grad=requires_grad)

        return _map_leaves(convert, arguments)

    def function(self, f, arguments):
        tensors = self.tensors(arguments, requires_grad=False)

        def call():
            with self.library.no_grad():
                return f(*tensors)

        return call

    def gradient(self, f, arguments):
        tensors = self.tensors(arguments, requires_grad=True)
        leaves = _leaves(tensors)

        def call():
            value = f(*tensors)
            return value.detach(), self.library.autograd.grad(value, leaves)

        return call


class MyGrad(Contestant):
    """Leaves are made inside the clock, because `backward` writes its result into them."""

    name, package, module = "MyGrad", "mygrad", "mygrad"

    def __init__(self) -> None:
        super().__init__()
        self.namespace = self.library

    def function(self, f, arguments):
        tensors = _map_leaves(self.library.tensor, arguments)

        def call():
            with self.library.no_autodiff:
                return f(*tensors).data

        return call

    def gradient(self, f, arguments):
        def call():
            tensors = _map_leaves(self.library.tensor, arguments)
            value = f(*tensors)
            value.backward()
            return value.data, [leaf.grad for leaf in _leaves(tensors)]

        return call


class Jax(Contestant):
    """JAX in float64, operation by operation; every call waits for its result."""

    name, package, module = "JAX", "jax", "jax"

    def __init__(self) -> None:
        super().__init__()
        self.library.config.update("jax_enable_x64", True)
        self.namespace = importlib.import_module("jax.numpy")

    def compiled(self, f: Callable[..., Any]) -> Callable[..., Any]:
        return f

    def function(self, f, arguments):
        return self.waiting(self.compiled(f), arguments)

    def gradient(self, f, arguments):
        value_and_gradient = self.library.value_and_grad(f, argnums=tuple(range(len(arguments))))
        return self.waiting(self.compiled(value_and_gradient), arguments)

    def waiting(self, f: Callable[..., Any], arguments: tuple[Any, ...]) -> Call:
        arrays = _map_leaves(self.namespace.asarray, arguments)
        return lambda: self.library.block_until_ready(f(*arrays))


class JaxCompiled(Jax):
    """JAX as it is meant to be used: compiled. Compilation is not in the time."""

    name = "JAX jit"

    def compiled(self, f):
        return self.library.jit(f)


ALL: tuple[type[Contestant], ...] = (Autodiff, Autograd, PyTorch, MyGrad, Jax, JaxCompiled)
INSTALL = 'pip install -e ".[bench]"'


def available() -> tuple[list[Contestant], list[str]]:
    """The contestants that can be imported, and the packages that cannot, with the reason where they are installed.

    This library must be there; an error of its import is raised.
    """
    present: list[Contestant] = [Autodiff()]
    missing: list[str] = []
    for kind in ALL[1:]:
        try:
            present.append(kind())
        except ImportError:
            missing.append(kind.package)
        except Exception as problem:  # installed, but broken here, as by a newer NumPy
            missing.append(f"{kind.package} (its import raised {type(problem).__name__}: {problem})")
    return present, list(dict.fromkeys(missing))


def _map_leaves(convert: Callable[[Any], Any], tree: Any) -> Any:
    if isinstance(tree, list | tuple):
        return type(tree)(_map_leaves(convert, part) for part in tree)
    return convert(tree)


def _leaves(tree: Any) -> list[Any]:
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in _leaves(part)]
    return [tree]
