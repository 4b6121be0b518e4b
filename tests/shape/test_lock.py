"""setup.py has the ranges, constraints.txt one exact version of everything, for every Python we support."""

import re
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.shape.sources import CHECKOUT

PYTHONS = ("3.11", "3.12", "3.13")
SETUP = (CHECKOUT / "setup.py").read_text("utf-8")
LINES = [line for line in (CHECKOUT / "constraints.txt").read_text("utf-8").splitlines() if line[:1] != "#"]


def ranges():
    quoted = re.findall(r'^\s{8,12}"([A-Za-z][\w-]*[<>=].*)",$', SETUP, re.MULTILINE)
    return [Requirement(each) for each in quoted]


def locked(python):
    requirements = [Requirement(line) for line in LINES]
    environment = {"python_version": python}
    wanted = [each for each in requirements if not each.marker or each.marker.evaluate(environment)]
    return {canonicalize_name(each.name): next(iter(each.specifier)).version for each in wanted}


def test_a_locked_line_is_a_name_and_a_version():
    odd = [
        line for line in LINES if not re.fullmatch(r'[\w.-]+==[\w.]+( ; python_version < "3\.\d+")?', line)
    ]
    assert odd == []


@pytest.mark.parametrize("python", PYTHONS)
def test_every_range_holds_its_locked_version(python):
    versions = locked(python)
    wanted = [
        each for each in ranges() if not each.marker or each.marker.evaluate({"python_version": python})
    ]
    assert len(wanted) > 20
    outside = [
        str(each) for each in wanted if versions.get(canonicalize_name(each.name)) not in each.specifier
    ]
    assert outside == []


def test_whatever_a_locked_package_needs_is_locked_too():
    names, missing = locked("3.11").keys(), set()
    for package in names:
        try:
            needed = [Requirement(each) for each in requires(package) or ()]
        except PackageNotFoundError:  # locked for another Python
            continue
        bare = [each for each in needed if not each.marker or each.marker.evaluate({"extra": ""})]
        missing |= {canonicalize_name(each.name) for each in bare} - names
    assert missing == set()
