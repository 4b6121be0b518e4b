"""conf/README.md explains every key that an installation may write, and no other."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from gateway.settings.agreements import Agreement
from gateway.settings.callers import Auditor, Caller
from gateway.settings.conf import load
from gateway.settings.installation import Installation
from gateway.settings.platforms import PlatformAccess
from gateway.settings.reading import declared
from gateway.settings.witnesses import Witness
from mappings.problems import Unreadable
from mappings.source import read
from tests.shape.sources import CHECKOUT

MODELS = {
    "conf/gateway.yaml": Installation,
    "conf/callers/NAME.yaml": Caller,
    "conf/platforms/NAME.yaml": PlatformAccess,
    "conf/agreements/NAME.yaml": Agreement,
    "conf/witnesses/NAME.yaml": Witness,
    "conf/auditors/NAME.yaml": Auditor,
}


def keys_of(model: type[BaseModel], before: str = "") -> set[str]:
    """Dotted names of everything that may be written; `*` stands for names that are free."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        inner, free = model_in(field.annotation)
        path = f"{before}{name}{'.*' if inner and free else ''}"
        found |= keys_of(inner, f"{path}.") if inner else {path}
    return found


def model_in(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The model inside an annotation, and whether it stands under free names (dict)."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    inside = [model_in(each)[0] for each in get_args(annotation)]
    return next((each for each in inside if each), None), getattr(annotation, "__origin__", None) is dict


def explained(title: str) -> dict[str, str]:
    """key -> default, from the table under a heading."""
    text = (CHECKOUT / "conf" / "README.md").read_text("utf-8")
    section = text.split(f"## {title}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", section, re.MULTILINE))


def default_of(model: type[BaseModel], key: str) -> Any:
    """The default in the text of the table; None where the table may say `required` or `none`."""
    head, _, rest = key.partition(".")
    field = model.model_fields[head]
    inner, free = model_in(field.annotation)
    if rest and inner and not free and not field.is_required():
        return default_of(inner, rest)
    default = None if field.is_required() else field.default
    if default in ((), "", None) or isinstance(default, dict):
        return None
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ", ".join(map(str, default))
    return f"{default:g}" if isinstance(default, float) else str(default)


@pytest.mark.parametrize("title", MODELS)
def test_every_key_is_explained_and_no_other(title):
    assert explained(title).keys() == keys_of(MODELS[title])


def test_the_explained_defaults_are_the_defaults():
    for key, said in explained("conf/gateway.yaml").items():
        assert said in (
            {"required", "none"} if (real := default_of(Installation, key)) is None else {real}
        ), key


def test_the_configuration_that_is_delivered_can_be_read():
    installation = load(CHECKOUT / "conf").installation
    assert installation.platforms == (Path("mappings/platforms"),)


def test_the_witness_that_the_page_shows_can_be_read():
    text = (CHECKOUT / "conf" / "README.md").read_text("utf-8")
    [example] = re.findall(r"```yaml\n(witness: .*?)```", text, re.DOTALL)
    witness = declared(Witness, read("guishan.yaml", example))
    assert [key.name for key in witness.verifiers] == ["guishan.tongban.example/log"]


@pytest.mark.parametrize(
    "old, new, finding",
    [
        ("/witness+", "/witness+0", ":5:3: 'key' is not right (the id "),
        ("key: guishan", "key: none # guishan", ":5:3: 'key' is not right (a key is NAME+ID+BASE64"),
        ("logs: [", "logs: [x+00000000+AA==, ", "'logs' is not right (a key is NAME+ID+BASE64"),
        ("https://tongban", "ftp://tongban", ":4:3: 'address' is not right"),
        ("address:", "adress:", ":4:3: no key 'adress': did you mean 'address'?"),
    ],
)  # fmt: skip
def test_a_mistake_about_a_witness_is_told_with_its_line(tmp_path, old, new, finding):
    text = (CHECKOUT / "conf" / "README.md").read_text("utf-8")
    [example] = re.findall(r"```yaml\n(witness: .*?)```", text, re.DOTALL)
    (tmp_path / "conf/witnesses").mkdir(parents=True)
    (tmp_path / "conf/gateway.yaml").write_text("name: lingnan.tongban.example/log\n")
    assert old in example
    (tmp_path / "conf/witnesses/guishan.yaml").write_text(example.replace(old, new, 1))
    with pytest.raises(Unreadable) as told:
        load(tmp_path / "conf")
    assert any(finding in str(each) for each in told.value.findings), told.value.findings


def test_the_agreement_that_the_page_shows_can_be_read():
    text = (CHECKOUT / "conf" / "README.md").read_text("utf-8")
    [example] = re.findall(r"```yaml\n(agreement: .*?)```", text, re.DOTALL)
    agreement = declared(Agreement, read("cixi-lingnan.yaml", example))
    assert [opening.per_day for opening in agreement.openings] == [None, 20]
