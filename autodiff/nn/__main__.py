"""`python -m autodiff.nn`: the table of everything there is for networks, as docs/networks.md holds it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import autodiff.nn as nn

PACKAGES = {  # heading: module, prefix of the names
    "Functions": (nn.functional, "F."),
    "Losses": (nn.losses, "nn.losses."),
    "Initialisers": (nn.init, "nn.init."),
    "Metrics": (nn.metrics, "nn.metrics."),
    "Regularisers": (nn.regularizers, "nn.regularizers."),
    "Data": (nn.data, "nn.data."),
    "Models": (nn.models, "nn.models."),
    "Pictures": (nn.viz, "nn.viz."),
}


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The names that a module offers, with what they stand for; modules left out."""
    for name, value in sorted(vars(module).items(), key=lambda item: item[0].lower()):
        if not name.startswith("_") and not inspect.ismodule(value) and _is_ours(value):
            yield name, value


def _is_ours(value):
    return (getattr(value, "__module__", None) or type(value).__module__ or "").startswith("autodiff")


def first_line(value: Any) -> str:
    """What the docstring says first."""
    return (inspect.getdoc(value) or "").strip().partition("\n")[0].rstrip(".:")


def page() -> str:
    """The page as Markdown."""
    layers = {name: value for name, value in public(nn) if inspect.isclass(value) and issubclass(value, nn.Module)}
    others = {name: value for name, value in public(nn) if name not in layers and not name.startswith("Shapes")}
    families: dict[str, dict[str, Any]] = {}
    for name, value in layers.items():
        family = value.__module__.rpartition(".")[2].replace("_", " ") if ".layers." in value.__module__ else "base"
        families.setdefault(family, {})[name] = value
    lines = [
        "# Neural networks",
        "",
        "Written by `python -m autodiff.nn`: each name with the first line of its docstring.",
        "",
    ]
    lines += ["## Layers", ""]
    for family in sorted(families):
        lines += [f"### {family.capitalize()}", "", *_table(families[family].items(), "nn."), ""]
    lines += ["## Training, files, and what else `nn` has", "", *_table(others.items(), "nn."), ""]
    for heading, (module, prefix) in PACKAGES.items():
        lines += [f"## {heading}", "", *_table(public(module), prefix), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(items, prefix):
    rows = [f"| `{prefix}{name}` | {_escaped(first_line(value))} |" for name, value in items]
    return ["| name | |", "|---|---|", *rows]


def _escaped(text):
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")
