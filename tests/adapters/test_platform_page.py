"""docs/platform.md names every key of platform.yaml and no other, every scheme, and shows what can be declared."""

import re
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from adapters.auth.scheme import SecretMissing
from adapters.auth.schemes import MUTUAL_TLS, SCHEMES
from adapters.declared import Declared, Platform
from adapters.message import Access
from adapters.tls import context_of
from adapters.transport import HttpTransport
from mappings.source import read
from tests.adapters.peers import REST, ROOT, SOAP, adapter, changed

PAGE = (ROOT / "docs" / "platform.md").read_text("utf-8")
BLOCKS = re.findall(
    r"```yaml\n# (a platform|an operation of a (?:REST|SOAP) platform)(.*?)\n(.*?)```", PAGE, re.DOTALL
)


def models(model: type[BaseModel], found: dict[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    """Every model that platform.yaml is made of, by its name."""
    if model.__name__ not in found:
        found[model.__name__] = model
        for field in model.model_fields.values():
            for inner in inside(field.annotation):
                models(inner, found)
    return found


def inside(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, Declared):
        return [annotation]
    return [model for each in get_args(annotation) for model in inside(each)]


APART = {"adapters.fronts", "adapters.inward.declared"}  # pages of their own: docs/fronts.md, docs/inward.md
MODELS = {name: each for name, each in models(Platform, {}).items() if each.__module__ not in APART}


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("title", MODELS)
def test_every_key_is_explained_and_no_other(title: str) -> None:
    first_cells = re.findall(r"^\| ([^|]+) \|", section(title), re.MULTILINE)
    keys = [key for cell in first_cells for key in named(cell)]
    assert sorted(keys) == sorted(field.alias or name for name, field in MODELS[title].model_fields.items())


def rows() -> dict[str, tuple[str, str]]:
    found = re.findall(r"^\| `([^`]+)` \|([^|]*)\|([^|]*)\|", section("Auth schemes"), re.MULTILINE)
    return {name: (settings, secrets) for name, settings, secrets in found}


def test_every_scheme_stands_on_the_page() -> None:
    assert rows().keys() == SCHEMES.keys()


@pytest.mark.parametrize("name", SCHEMES)
def test_what_a_scheme_needs_is_what_the_page_says(name: str) -> None:
    settings, secrets = (named(cell.partition("[")[0]) for cell in rows()[name])

    def make(without: str = "") -> None:
        access = Access(
            "https://h",
            {each: "x" for each in settings if each != without},
            {each: "x" for each in secrets if each != without},
        )
        SCHEMES[name](access)
        if name == MUTUAL_TLS:
            context_of(access, mutual=True)

    for each in (*settings, *secrets):
        with pytest.raises(SecretMissing, match=f" {each} is missing"):
            make(each)
    if name != MUTUAL_TLS:  # whose certificates are none here
        make()


@pytest.mark.parametrize(("kind", "about", "text"), BLOCKS, ids=[kind + about for kind, about, _ in BLOCKS])
async def test_what_is_shown_can_be_declared_and_built(
    transport: HttpTransport, kind: str, about: str, text: str
) -> None:
    document: Any = read("platform.yaml", text).tree
    if kind != "a platform":
        base = REST if "REST" in kind else SOAP
        document = changed(base, "operations", {"case.submit": document})
    assert adapter(document, transport).platform.operations


def test_the_page_shows_a_platform_and_every_shape() -> None:
    assert len(BLOCKS) == 6
