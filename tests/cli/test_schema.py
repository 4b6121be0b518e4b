"""tongban schema: what an editor accepts is what stands in the repository, and its mistakes are seen."""

import json
import shutil
from fnmatch import fnmatchcase
from pathlib import Path

import jsonschema_rs
import pytest

from gateway.cli.schema import FILES, schemas
from mappings.source import read
from tests.cli.test_commands import installation, run
from tests.installation import CHECKOUT, EXAMPLES
from tests.mappings.test_docs import the_page

SCHEMAS = schemas()
REGISTRY = jsonschema_rs.Registry([(f"{name}.schema.json", schema) for name, schema in SCHEMAS.items()])
VALIDATORS = {
    name: jsonschema_rs.validator_for(schema, registry=REGISTRY) for name, schema in SCHEMAS.items()
}
FOLDERS = (EXAMPLES, CHECKOUT / "tests" / "faults" / "platforms", CHECKOUT / "tests" / "demo" / "platforms")
DECLARED = sorted(path for folder in FOLDERS for path in folder.rglob("*.yaml"))


def kind_of(path: str) -> str:
    """The one schema whose globs fit the path."""

    def fits(pattern: str) -> bool:
        return fnmatchcase(f"/{path}", "*/" + pattern.removeprefix("!").removeprefix("**/"))

    (found,) = (
        name
        for name, patterns in FILES.items()
        if any(fits(each) for each in patterns if not each.startswith("!"))
        and not any(fits(each) for each in patterns if each.startswith("!"))
    )
    return found


def faults(kind: str, text: str) -> list[str]:
    return [error.message for error in VALIDATORS[kind].iter_errors(read("x.yaml", text).json(()))]


@pytest.mark.parametrize("path", DECLARED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_declared_file_of_the_repository_fits_its_schema(path: Path) -> None:
    assert faults(kind_of(path.relative_to(CHECKOUT).as_posix()), path.read_text("utf-8")) == []


@pytest.mark.parametrize("name", sorted(name for name in the_page() if name.endswith(".yaml")))
def test_every_file_that_the_documentation_shows_fits_its_schema(name: str) -> None:
    assert faults(kind_of(name), the_page()[name]) == []


def test_every_file_of_an_installation_fits_its_schema(tmp_path: Path) -> None:
    conf = installation(tmp_path).conf
    found = sorted(path.relative_to(tmp_path).as_posix() for path in conf.rglob("*.yaml"))
    assert {kind_of(path) for path in found} == {"gateway", "caller", "access"}
    for path in found:
        assert faults(kind_of(path), (tmp_path / path).read_text("utf-8")) == []
    assert faults("gateway", (CHECKOUT / "conf" / "gateway.yaml").read_text("utf-8")) == []


SUBMIT = (EXAMPLES / "sim-gd" / "case.submit.yaml").read_text("utf-8")
PLATFORM = (EXAMPLES / "sim-gd" / "platform.yaml").read_text("utf-8")
TABLE = (EXAMPLES / "sim-gd" / "tables" / "sex.yaml").read_text("utf-8")
OVERLAY = 'mapping: p/case.submit@x\nitems: ["1144*"]\nfields: {a: note}\nexamples: []\n'


@pytest.mark.parametrize(
    "kind, text",
    [
        ("mapping", SUBMIT.replace("fields:", "feilds:")),
        ("mapping", SUBMIT.replace("examples:", "example:")),
        ("mapping", SUBMIT.replace("to: sim-gd/", "to: sim-gd@")),
        ("mapping", SUBMIT.replace("each:", "foreach:")),
        ("mapping", SUBMIT.replace("    expect:", "    expected:")),
        ("mapping", OVERLAY),
        ("overlay", OVERLAY.replace("1144*", "11*44")),
        ("overlay", OVERLAY.replace("note", "{when: x, fields: {a: b}, take: c}")),
        ("part", OVERLAY),
        ("platform", PLATFORM.replace("speaks:", "speeks:")),
        ("platform", PLATFORM.replace("patience: 24h", "patience: 24")),
        ("platform", PLATFORM.replace("quota: 100000/h", "quota: many")),
        ("platform", PLATFORM.replace("kind: regional", "kind: local")),
        ("platform", PLATFORM.replace("status: [429, 503]", 'status: ["900"]')),
        ("table", TABLE.replace("ours:", "our:")),
        ("table", "table: t\nrows: [{ours: a, theirs: b, from: soon}]"),
        ("gateway", "nam: x"),
        ("gateway", "name: x\nlisten: {port: 99999}"),
        ("caller", "caller: A B\ntitle: x\nspeaks_for: []\nkeys: []\nrights: {}"),
        ("access", "platform: x\naddress: y\nsecret: {}"),
    ],
)
def test_a_mistake_is_seen_by_the_editor_too(kind: str, text: str) -> None:
    assert faults(kind, text)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_schema_is_one_and_is_named_by_its_file(kind: str) -> None:
    jsonschema_rs.meta.validate(SCHEMAS[kind])
    assert SCHEMAS[kind]["$id"] == f"{kind}.schema.json"


def test_the_command_writes_every_schema_and_what_editors_are_told(tmp_path: Path) -> None:
    done = run("schema", "--out", tmp_path / "editor")
    assert done.returncode == 0
    written = {Path(line).name for line in done.stdout.splitlines()}
    assert written == {path.name for path in (tmp_path / "editor").iterdir()}
    assert written == {*(f"{name}.schema.json" for name in SCHEMAS), "settings.json"}
    told = json.loads((tmp_path / "editor" / "settings.json").read_text("utf-8"))["yaml.schemas"]
    assert {name.removeprefix("./") for name in told} == written - {"settings.json"}
    shutil.rmtree(tmp_path / "editor")
    assert json.loads(run("schema").stdout) == SCHEMAS
