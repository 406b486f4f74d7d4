"""All cases of all rules: what the modules of tests/rules list, for the proofs that run over everything."""

import importlib
import pkgutil

import tests.rules

_WITHOUT_CASES = {"draws"}

FAMILIES = {
    module.name: importlib.import_module(f"tests.rules.{module.name}").CASES
    for module in pkgutil.iter_modules(tests.rules.__path__)
    if module.name not in _WITHOUT_CASES
}
