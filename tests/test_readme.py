"""The README says what the software does: its blocks run, and its files are there."""

import doctest
import re
from pathlib import Path

import numpy as np
import pytest

from autodiff.rules import __main__ as coverage

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def test_every_block_prints_what_it_says():
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    failed, attempted = doctest.testfile(str(README), module_relative=False, optionflags=flags)
    assert failed == 0 and attempted > 20


def test_every_link_leads_to_a_file():
    pages = [README, *(ROOT / "docs").glob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())]
    assert links
    assert [link for page, link in links if not (page.parent / link).exists()] == []


def test_the_table_of_functions_is_that_of_the_rules():
    written = (ROOT / "docs" / "numpy.md").read_text()
    if f"NumPy {np.__version__.rsplit('.', 1)[0]}" not in written:
        pytest.skip("the table was written with another NumPy")
    assert written == coverage.page(), "write it anew: python -m autodiff.rules > docs/numpy.md"


def test_the_table_of_networks_is_that_of_the_package():
    from autodiff.nn import __main__ as networks

    written = (ROOT / "docs" / "networks.md").read_text()
    assert written == networks.page(), "write it anew: python -m autodiff.nn > docs/networks.md"
    assert "|  |" not in written, "a name without a docstring"
