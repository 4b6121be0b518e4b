"""tongban schema: JSON Schemas by which an editor checks and completes declared files while they are written."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

import mappings
from adapters.declared import Platform
from adapters.notation import duration_s, quota
from gateway.settings.agreements import Agreement
from gateway.settings.callers import Caller
from gateway.settings.installation import Installation
from gateway.settings.platforms import PlatformAccess

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALAR = ["string", "number", "boolean"]  # files are read as text, so a code need not be quoted
_NOTATIONS: Mapping[Any, JsonSchemaValue] = {
    duration_s: {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(ms|s|m|h|d)\s*$"},
    quota: {"type": "string", "pattern": r"^\s*\d+\s*/\s*(s|m|h|d)\s*$"},
}
_MODELS: Mapping[str, type[BaseModel]] = {
    "platform": Platform,
    "gateway": Installation,
    "caller": Caller,
    "access": PlatformAccess,
    "agreement": Agreement,
}
_OPERATIONS = ("case", "visit", "guide", "data", "licence", "evaluation", "ticket")
# schema -> the files that it is for, as editors write globs; `!` takes some out again
FILES: Mapping[str, Sequence[str]] = {
    "gateway": ["conf/gateway.yaml"],
    "caller": ["conf/callers/*.yaml"],
    "access": ["conf/platforms/*.yaml"],
    "agreement": ["conf/agreements/*.yaml"],
    "table": ["**/tables/*.yaml"],
    "platform": ["**/platform.yaml"],
    "part": ["**/_*.yaml"],
    "overlay": [f"**/{each}.*@*.yaml" for each in _OPERATIONS],
    "mapping": [*(f"**/{each}.*.yaml" for each in _OPERATIONS), "!**/*@*.yaml"],
}


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="写入此文件夹 / write one file each into it",
)
def schema(out: Path | None) -> int:
    """输出声明文件的 JSON Schema。 JSON Schemas of every declared file, for editors.

    With --out they are written as NAME.schema.json, beside a settings.json for editors that know yaml.schemas.
    """
    found = schemas()
    if out is None:
        click.echo(_text(found), nl=False)
        return 0
    out.mkdir(parents=True, exist_ok=True)
    settings = {"yaml.schemas": {f"./{name}.schema.json": patterns for name, patterns in FILES.items()}}
    for name, content in {
        **{f"{each}.schema.json": found[each] for each in found},
        "settings.json": settings,
    }.items():
        (out / name).write_text(_text(content), encoding="utf-8")
        click.echo(str(out / name))
    return 0


def schemas() -> dict[str, Any]:
    """name -> JSON Schema (2020-12) of the parsed YAML."""
    folder = Path(mappings.__file__).parent / "editors"
    written = {
        path.name.partition(".")[0]: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")
    }
    modelled = {name: _of(name, model) for name, model in _MODELS.items()}
    return {name: {**modelled, **written}[name] for name in FILES}


def _of(name: str, model: type[BaseModel]) -> JsonSchemaValue:
    made = model.model_json_schema(schema_generator=_Written)
    return {"$schema": _DIALECT, "$id": f"{name}.schema.json", **made}


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


class _Written(GenerateJsonSchema):
    """Of the text that is written, not of the value that it becomes."""

    def str_schema(self, schema: Any) -> JsonSchemaValue:
        return {**super().str_schema(schema), "type": _SCALAR}

    def float_schema(self, schema: Any) -> JsonSchemaValue:
        return {**super().float_schema(schema), "type": ["number", "string"]}

    def int_schema(self, schema: Any) -> JsonSchemaValue:
        return {**super().int_schema(schema), "type": ["integer", "string"]}

    def bool_schema(self, schema: Any) -> JsonSchemaValue:
        return {"enum": [True, False, "true", "false"]}

    def function_before_schema(self, schema: Any) -> JsonSchemaValue:
        """A notation, or one where a list may stand."""
        notation = _NOTATIONS.get(schema["function"]["function"])
        if notation is not None:
            return notation
        inner = super().function_before_schema(schema)
        return {"anyOf": [inner["items"], inner]} if inner.get("type") == "array" else inner
