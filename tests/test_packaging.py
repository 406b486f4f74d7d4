"""The distribution holds the two packages and nothing else, and needs only what it declares."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGES = ("autodiff", "optim")

# Where the name that is imported differs from the name that is installed, or comes as a part of it.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "skimage": "scikit-image", "cycler": "matplotlib"}


def names_of(requirements):
    return {re.split(r"[\[<>=]", requirement)[0] for requirement in requirements}


def imports_of(folder):
    """The distributions that the modules in a folder import, at the top or inside functions, with one place each."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module]
            else:
                continue
            for module in modules:
                name = module.split(".")[0]
                if name not in sys.stdlib_module_names:
                    found[DISTRIBUTIONS.get(name, name)] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names of the files in a wheel that is built from a copy of the sources."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in (*PACKAGES, "demos", "benchmarks", "tests"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(target)!r})"
    done = subprocess.run([sys.executable, "-c", build], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    (path,) = target.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_wheel_contains_the_two_packages_only(wheel):
    version = PROJECT["version"]
    assert {name.split("/")[0] for name in wheel} == {*PACKAGES, f"dualtape-{version}.dist-info"}


@pytest.mark.parametrize("package", PACKAGES)
def test_wheel_contains_every_module(wheel, package):
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / package).rglob("*.py")}
    assert sources
    assert {name for name in wheel if name.startswith(f"{package}/") and name.endswith(".py")} == sources


@pytest.mark.parametrize("package", PACKAGES)
def test_wheel_says_that_the_package_is_typed(wheel, package):
    assert f"{package}/py.typed" in wheel


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("autodiff", ["jit", "demos", "onnx", "logs"]),
        ("optim", []),
        ("demos", ["demos"]),
        ("benchmarks", ["demos", "bench"]),
    ],
)
def test_every_import_is_a_declared_dependency(folder, extras):
    declared = names_of(PROJECT["dependencies"]) | {"autodiff", "optim", "demos", "benchmarks"}
    for extra in extras:
        declared |= names_of(PROJECT["optional-dependencies"][extra])
    undeclared = {name: place for name, place in imports_of(folder).items() if name not in declared}
    assert not undeclared


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [("autodiff", {"optim", "demos", "benchmarks"}), ("optim", {"demos", "benchmarks"}), ("demos", {"benchmarks"})],
)
def test_imports_run_downwards_only(folder, forbidden):
    upwards = {name: place for name, place in imports_of(folder).items() if name in forbidden}
    assert not upwards


@pytest.mark.parametrize("package", PACKAGES)
def test_import_loads_nothing_heavy(package):
    probe = f"import sys, {package}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert package in done.stdout.split()
    heavy = {"scipy", "sympy", "matplotlib", "tqdm", "sklearn", "numba", "onnx", "safetensors"}
    assert not heavy.intersection(done.stdout.split())


def test_readme_commands_install_the_extra_that_they_need():
    readme = (ROOT / "README.md").read_text()
    commands = re.findall(r"<!-- (\w+) command -->\n```sh\n(.+)\n```", readme)
    assert [name for name, _ in commands] == ["demo", "test"]
    assert '".[demos]" && .venv/bin/python -m demos' in dict(commands)["demo"]
    assert '".[test]" && .venv/bin/python -m pytest' in dict(commands)["test"]
