"""docs/fronts.md explains every key of tables and folders, and no other; every outcome, and no other."""

import re
from typing import Any

import pytest
from pydantic import BaseModel

from adapters.front_coherence import OUTCOMES
from adapters.fronts import Database, Folder
from tests.shape.sources import CHECKOUT
from tests.shape.test_conf import model_in

TEXT = (CHECKOUT / "docs" / "fronts.md").read_text("utf-8")
SECTIONS = {
    "A front database": (Database, ("INSERT", "SELECT", "LIST")),
    "A folder": (Folder, ("PUT", "GET", "LIST")),
}


def keys_of(model: type[BaseModel], before: str = "") -> dict[str, Any]:
    """Dotted names of everything that may be written, with their defaults."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        inner, free = model_in(field.annotation)
        path = f"{before}{field.alias or name}{'.*' if inner and free else ''}"
        default = "required" if field.is_required() else field.default
        found |= keys_of(inner, f"{path}.") if inner else {path: default}
    return found


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_is_explained_with_its_default_and_no_other(title):
    said = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+?) \| (?!.*? \| )", section(title), re.MULTILINE))
    words = {None: "none", False: "no"}
    assert said == {key: words.get(default, default) for key, default in keys_of(SECTIONS[title][0]).items()}


@pytest.mark.parametrize("title", SECTIONS)
def test_every_outcome_is_explained_and_no_other(title):
    said = re.findall(r"^\| `(\w+)` \| (\w+) \| [^|]+ \| [^|]+ \|$", section(title), re.MULTILINE)
    verbs = SECTIONS[title][1]
    told = {(outcome, verb) for outcome, of in said for verb in (verbs if of == "all" else (of,))}
    assert told == {(outcome, verb) for verb in verbs for outcome in OUTCOMES[verb]}


def test_the_declarations_that_are_shown_are_sound():
    """What stands there may be copied: only serves, title and mappings are missing."""
    from adapters.coherence import declare
    from mappings.source import read

    blocks = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        tree = read("platform.yaml", block).tree
        head = {"platform": "sim-x", "title": "模拟", "kind": "regional", "serves": [{"division": "440281"}]}
        if "database" in tree:
            for name in ("pro_material", "pro_process"):
                column = {"project_no": {"by": "us"}}
                tree["database"]["tables"][name] = {"key": "project_no", "columns": column}
        declare({**head, **tree})
