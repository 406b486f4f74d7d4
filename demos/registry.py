"""All demos there are: the modules of the chapters, in the order of the deck."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import MappingProxyType

from demos.deck import SLIDES
from demos.demo import Demo

# The packages that hold demos. A module there is a demo; a module elsewhere under `demos` is machinery.
CHAPTERS = ("linear_models", "optimization", "differentiation", "networks", "sequences", "generative")


class UnknownDemoError(LookupError):
    """An id that no demo has."""


class Registry:
    """The demos by id, ordered by slide and then by id."""

    def __init__(self, demos: Iterable[Demo]):
        ordered = sorted(demos, key=lambda demo: (SLIDES.index(demo.slide), demo.id))
        self.by_id = MappingProxyType({demo.id: demo for demo in ordered})
        if len(self.by_id) < len(ordered):
            ids = [demo.id for demo in ordered]
            twice = sorted({id for id in ids if ids.count(id) > 1})
            raise ValueError(f"two demos share the id {', '.join(twice)}; an id is a module's name, rename one module")

    def __iter__(self):
        return iter(self.by_id.values())

    def __len__(self):
        return len(self.by_id)

    def select(self, ids: Sequence[str]) -> list[Demo]:
        """The demos of these ids, in the deck's order, each once.

        Raises UnknownDemoError, naming near matches, where an id is not there.
        """
        for id in ids:
            if id not in self.by_id:
                near = difflib.get_close_matches(id, self.by_id, n=3, cutoff=0.5)
                near += [known for known in self.by_id if id in known and known not in near]
                remedy = f"did you mean {' or '.join(near)}?" if near else "`python -m demos list` shows all ids"
                raise UnknownDemoError(f"no demo is called {id!r}; {remedy}")
        return [demo for demo in self if demo.id in set(ids)]


def discover() -> Registry:
    """Import every module of every chapter and collect its demo.

    A module that cannot be imported becomes a demo that raises its error when it is run, so that the others still
    run and the failure is counted.
    """
    import demos

    folder = Path(demos.__file__).parent
    found = []
    for chapter in CHAPTERS:
        for module in pkgutil.iter_modules([str(folder / chapter)]):
            found.append(_demo_of(f"demos.{chapter}.{module.name}", folder / chapter / f"{module.name}.py"))
    return Registry(found)


def _demo_of(module_name: str, source: Path) -> Demo:
    try:
        module = importlib.import_module(module_name)
        declared = [value for value in vars(module).values() if isinstance(value, Demo) and value.source == source]
        if len(declared) != 1:
            raise ImportError(f"{module_name} declares {len(declared)} demos; a module in a chapter declares one")
        return declared[0]
    except Exception as error:
        return _broken(module_name, source, error)


def _broken(module_name: str, source: Path, error: Exception) -> Demo:
    def raise_it():
        raise error

    return Demo(
        id=module_name.rpartition(".")[2],
        title=f"{module_name} cannot be imported",
        slide=SLIDES[0],
        data="unknown",
        asserts=f"nothing: {type(error).__name__}: {error}",
        function=raise_it,
        source=source,
    )
